import type { Mode } from './common.ts'
import type { Event } from './events.ts'
import type { Route } from './route.ts'

/** Who may open the stream. */
export const streamAccess = { access: ['secret_key'], scope: 'events:read' } as const satisfies Partial<Route>

/** Frames of the WebSocket `/ws`, one JSON text each. The server speaks first with `hello`. */
export type ServerFrame =
  | { type: 'hello'; session: string; merchant: string; mode: Mode; head_seq: number }
  | { type: 'ready'; after: number }
  | { type: 'event'; seq: number; event: Event }
  | { type: 'error'; code: string; message: string }

/**
 * `after: null` means from now on; `event` is the id of the event at `after`, from a client that knows it: after a
 * restore from a backup another event may stand there. `ack` is cumulative: everything up to `seq` has been handled.
 */
export type ClientFrame = { type: 'resume'; after: number | null; event?: string } | { type: 'ack'; seq: number }

/** Close codes beyond RFC 6455's: what the client should do next differs. */
export const closeCodes = {
  restarting: 1012,
  unauthenticated: 4401,
  unknownCursor: 4404,
  protocol: 4400,
  slow: 4408,
} as const

/** Events sent but not acknowledged per connection before the server waits for an `ack`. */
export const unacknowledgedMax = 256

import type { Mode } from './common.ts'
import type { SequencedEvent } from './events.ts'

/** Everything the bus carries. All of it is a hint: losing any message costs latency, never an event or money. */
export interface BusMessages {
  /** A producing service has new rows in its outbox. */
  'outbox.ready': { service: string }
  /** The events service stored these, in order, for one merchant and mode. */
  'events.stored': { merchant: string; mode: Mode; events: readonly SequencedEvent[] }
  /**
   * An API key or session ended, or a session may do more or less than before; drop it from caches. `revokedMs`: when,
   * in Unix ms by the clock of who ended it.
   */
  'credential.revoked': ({ keyId: string; session?: undefined } | { session: string; keyId?: undefined }) & {
    revokedMs?: number
  }
  /** An API key was given an end, or an earlier one; ask about it anew. */
  'credential.changed': { keyId: string }
}
export type BusTopic = keyof BusMessages

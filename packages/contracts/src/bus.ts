import type { Mode } from './common.ts'
import type { SequencedEvent } from './event.ts'
import type { RecordedRequest } from './request-log.ts'

/** Everything the bus carries. All of it is a hint: losing any message costs latency, never an event or money. */
export interface BusMessages {
  /** A producing service has new rows in its outbox. */
  'outbox.ready': { service: string }
  /** The events service stored these, in order, for one merchant and mode. */
  'events.stored': { merchant: string; mode: Mode; events: readonly SequencedEvent[] }
  /** Sessions of Stripe's command line are to get an event once more. */
  'cli_session.resent': { merchant: string; mode: Mode }
  /** Somebody looks at the log of this merchant's requests now. */
  'request_log.watched': { merchant: string; mode: Mode }
  /** A gateway answered a request of a merchant whose log somebody looks at. */
  'request_log.recorded': RecordedRequest
  /**
   * An API key or session ended, or a session may do more or less than before; drop it from caches. `revokedMs`: when,
   * in Unix ms by the clock of who ended it.
   */
  'credential.revoked': ({ keyId: string; session?: undefined } | { session: string; keyId?: undefined }) & {
    revokedMs?: number
  }
  /** An API key was given an end, or an earlier one; ask about it anew. */
  'credential.changed': { keyId: string }
  /** A merchant put the clock of its test mode forward; it is so many seconds ahead of the real one. */
  'merchant_clock.advanced': { merchant: string; ahead_seconds: number }
}
export type BusTopic = keyof BusMessages

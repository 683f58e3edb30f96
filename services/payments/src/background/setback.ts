import type { Tenant } from '@micro/contracts'

/** Work that is done for an item at a time, as logs and metrics call it. The last four count their attempts themselves. */
export const workNames = [
  'charge',
  'capture',
  'refund',
  'authorisation',
  'dispute',
  'payout',
  'checkout_session',
  'checkout_session_expiry',
  'balance',
  'checkout_page',
  'processor_key',
  'movement',
  'void',
  'dispute_message',
  'processor_event',
] as const
export type WorkName = (typeof workNames)[number]

/** An item whose turn came to nothing, and when it has its next. */
export interface Setback extends Tenant {
  readonly item: string
  /** How often in a row. */
  readonly attempts: number
  readonly after: Date
}

/** How long an item waits after its first attempt, and at most, in ms. */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
}

/** A number between 0 and 1 that is always the same for the text, and spread evenly over many (FNV-1a). */
const spread = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  // The last characters hardly reach the upper bits.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}

/**
 * How long an item waits that failed `attempts` times before this one, in ms: twice as long each time up to `maxMs`, and
 * up to a quarter less, by its id, so that what failed together does not come again together.
 */
export const backoffMs = ({ minMs, maxMs }: Backoff, attempts: number, id: string): number => {
  const longest = Math.min(maxMs, minMs * 2 ** Math.min(attempts, 30))
  return Math.round(longest * (1 - spread(`${id}${attempts}`) / 4))
}

import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

/** Every id prefix of the product, in one table. Ids are opaque to callers; `_` ends the prefix. */
export const idPrefixes = {
  merchant: 'acct',
  user: 'usr',
  login_session: 'ses',
  refresh_token: 'rt',
  api_key: 'key',
  audit_entry: 'aud',
  pairing: 'pair',
  payment_intent: 'pi',
  charge: 'ch',
  authentication: 'authn',
  refund: 're',
  dispute: 'dp',
  payment_method: 'pm',
  token: 'tok',
  card: 'card',
  product: 'prod',
  price: 'price',
  customer: 'cus',
  setup_intent: 'seti',
  setup_attempt: 'setatt',
  balance_transaction: 'txn',
  checkout_session: 'cs',
  checkout_line_item: 'li',
  payout: 'po',
  reconciliation: 'recon',
  reconciliation_difference: 'rdif',
  processor: 'proc',
  event: 'evt',
  webhook_endpoint: 'we',
  webhook_attempt: 'att',
  /** Made by the database, of what it delivers. */
  webhook_delivery: 'dlv',
  /** Numbered by the database. */
  dead_letter: 'dead',
  request: 'req',
  stream_session: 'cliws',
  ledger_account: 'la',
  ledger_transaction: 'ltx',
  ledger_entry: 'len',
  ledger_period: 'lper',
  ledger_checkpoint: 'lcp',
} as const

export type IdKind = keyof typeof idPrefixes
export type Id<K extends IdKind> = `${(typeof idPrefixes)[K]}_${string}`
export type NewId = <K extends IdKind>(kind: K) => Id<K>

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const timeDigits = 8 // 62^8 ms reach past the year 8800
const randomDigits = 16 // 95 bits: no collision within one millisecond in practice

const encodeTime = (ms: number): string => {
  let text = ''
  for (let rest = ms, at = 0; at < timeDigits; at++) {
    text = digits[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}

/** Where randomness comes from: `size` bytes. Tests hand in a seeded one. */
export type RandomBytes = (size: number) => Uint8Array

// One system call serves many ids; a byte of 248 or more is dropped, so that every digit is equally likely.
const pooled = (random: RandomBytes, poolSize = 4096) => {
  let pool = random(0)
  let at = 0
  return (): number => {
    for (;;) {
      if (at >= pool.length) {
        pool = random(poolSize)
        at = 0
      }
      const byte = pool[at++] ?? 255
      if (byte < 248) return byte % 62
    }
  }
}

/**
 * Makes ids `prefix_` + 8 time-ordered and 16 random base62 characters. They sort by creation time
 * under byte order (`collate "C"`), which keeps index inserts local.
 */
export const createIds = ({ clock, random = randomBytes }: { clock: Clock; random?: RandomBytes }): NewId => {
  const nextDigit = pooled(random)
  return (kind) => {
    let tail = ''
    for (let at = 0; at < randomDigits; at++) tail += digits[nextDigit()]
    return `${idPrefixes[kind]}_${encodeTime(clock.now().getTime())}${tail}`
  }
}

/** What no id of this kind comes before that was made at `time` or later. */
export const idFloor = (kind: IdKind, time: Date): string =>
  `${idPrefixes[kind]}_${encodeTime(Math.max(0, time.getTime()))}`

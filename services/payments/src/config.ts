import type { FeeRates } from './posting/fee.ts'

export interface PaymentsConfig {
  /** What Micro keeps of each payment. */
  readonly fee: FeeRates
  /** How long one answer of the processor is waited for, in ms. With the lookups below the chargeLeaseMs. */
  readonly processorTimeoutMs: number
  /** How long a look-up at the processor, or a second sending, is waited for while the caller waits, in ms. */
  readonly lookupTimeoutMs: number
  /** How long confirm waits for the ledger before it leaves the posting to the worker, in ms. */
  readonly ledgerWaitMs: number
  /** After this many ms without a result a pending charge counts as abandoned, and the completer takes it over. */
  readonly chargeLeaseMs: number
}

const defaults = { processorTimeoutMs: 10_000, lookupTimeoutMs: 2_000, ledgerWaitMs: 2_000, chargeLeaseMs: 15_000 }

type Environment = Readonly<Record<string, string | undefined>>

/**
 * MICRO_FEE_BASIS_POINTS (0 to 10000, default 290 = 2.9 %) and MICRO_FEE_FIXED (minor units of whatever currency,
 * 0 to 1000000, default 30). Throws one Error that names everything wrong.
 */
export const readPaymentsConfig = (env: Environment): PaymentsConfig => {
  const errors: string[] = []
  const integer = (name: string, fallback: number, max: number): bigint => {
    const text = env[name]
    if (text === undefined || text === '') return BigInt(fallback)
    if (/^\d{1,9}$/.test(text) && Number(text) <= max) return BigInt(text)
    errors.push(`${name} must be a whole number from 0 to ${max}, got '${text}'`)
    return 0n
  }
  const fee = Object.freeze({
    basisPoints: integer('MICRO_FEE_BASIS_POINTS', 290, 10_000),
    fixed: integer('MICRO_FEE_FIXED', 30, 1_000_000),
  })
  if (errors.length > 0) throw new Error(`The payments service is not configured right: ${errors.join('; ')}.`)
  return Object.freeze({ fee, ...defaults })
}

import {
  readEnvironment,
  readSettings,
  type DatabaseConfig,
  type Environment,
  type ProcessConfig,
} from '@micro/service'
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

/**
 * MICRO_FEE_BASIS_POINTS (0 to 10000, default 290 = 2.9 %) and MICRO_FEE_FIXED (minor units of whatever currency,
 * 0 to 1000000, default 30). @throws ConfigurationError that names everything wrong
 */
export const readPaymentsConfig = (env: Environment): PaymentsConfig => {
  const { integer, done } = readSettings(env)
  const fee = Object.freeze({
    basisPoints: BigInt(integer('MICRO_FEE_BASIS_POINTS', { fallback: 290, min: 0, max: 10_000 })),
    fixed: BigInt(integer('MICRO_FEE_FIXED', { fallback: 30, min: 0, max: 1_000_000 })),
  })
  return done({ fee, ...defaults })
}

/** How the payments service runs as a process of its own. */
export interface PaymentsProcessConfig {
  readonly process: ProcessConfig
  readonly database: DatabaseConfig
  readonly payments: PaymentsConfig
  readonly ledgerUrl: string
}

/** Reads the environment of the process. @throws ConfigurationError that names everything that is wrong */
export const readPaymentsProcess = (env: Environment = process.env): PaymentsProcessConfig => {
  const settings = readEnvironment(env)
  return settings.done({
    process: settings.process({ port: 8082 }),
    database: settings.database(),
    payments: settings.including(() => readPaymentsConfig(env)),
    ledgerUrl: settings.peer('ledger', 8083),
  })
}

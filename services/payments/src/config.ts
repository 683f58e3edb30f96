import {
  readEnvironment,
  readSettings,
  type DatabaseConfig,
  type Environment,
  type ProcessConfig,
} from '@micro/service'
import { parseEncryptionKeys, type EncryptionKey, type Rotating } from '@micro/signing'
import type { FeeRates } from './movements/fee.ts'
import type { Trouble } from './processors/trouble.ts'

export interface PaymentsConfig {
  /** What Micro keeps of each payment. */
  readonly fee: FeeRates
  /** The same of live mode, where the processor takes its own. */
  readonly liveFee: FeeRates
  /** How many days after a charge, at midnight UTC, its money can be paid out. */
  readonly settlementDays: number
  /** What a dispute costs the merchant on top of its amount, in minor units of the charge's currency. */
  readonly disputeFee: bigint
  /** The same of live mode, on top of what the processor takes. */
  readonly liveDisputeFee: bigint
  /** How long one answer of the processor is waited for, in ms. With the lookups below the chargeLeaseMs. */
  readonly processorTimeoutMs: number
  /** How long a look-up at the processor, or a second sending, is waited for while the caller waits, in ms. */
  readonly lookupTimeoutMs: number
  /** How long a look-up is waited for in the background, where nobody waits, in ms. */
  readonly patientLookupMs: number
  /** How long confirm waits for the ledger before it leaves the posting to the worker, in ms. */
  readonly ledgerWaitMs: number
  /** Where browsers find the gateway, without a slash at the end; undefined: where it listens. */
  readonly publicUrl: string | undefined
  readonly reconciliation: {
    /** How often the books of each merchant are compared by themselves, in ms; 0: never. */
    readonly everyMs: number
    /** How long one side may know of something before the other, in ms. */
    readonly graceMs: number
    /** How far back what is compared by itself may have begun, in days. */
    readonly days: number
  }
  /** How much worse the simulator is to behave than it does. */
  readonly simulator: Trouble
  /** Seal the keys of processors. Undefined: none can be configured. */
  readonly encryptionKeys: Rotating<EncryptionKey> | undefined
  /** Origins that processors may be asked at: a merchant's word alone sends Micro nowhere. */
  readonly processorUrls: readonly string[]
  /** After this many ms without a result a pending charge counts as abandoned, and the completer takes it over. */
  readonly chargeLeaseMs: number
}

const minuteMs = 60 * 1_000

/** Where Stripe itself answers. */
export const stripeUrl = 'https://api.stripe.com'

const isOrigin = (url: string): boolean => /^https?:\/\/[^\s/?#@]+$/.test(url)
const withoutSlash = (url: string): string => url.trim().replace(/\/+$/, '')

const defaults = {
  processorTimeoutMs: 10_000,
  lookupTimeoutMs: 2_000,
  patientLookupMs: 30_000,
  ledgerWaitMs: 2_000,
  chargeLeaseMs: 15_000,
}

/**
 * MICRO_FEE_BASIS_POINTS (0 to 10000, default 290 = 2.9 %), MICRO_FEE_FIXED (minor units of whatever currency,
 * 0 to 1000000, default 30), the same of live mode as MICRO_LIVE_FEE_BASIS_POINTS, MICRO_LIVE_FEE_FIXED and
 * MICRO_LIVE_DISPUTE_FEE (default 0: the processor takes its own), MICRO_SETTLEMENT_DAYS (0 to 365, default 2), MICRO_DISPUTE_FEE (minor units of whatever
 * currency, 0 to 1000000, default 1500 = 15.00 USD, 1500 JPY, 1.500 KWD), MICRO_PUBLIC_URL (where browsers find the
 * gateway), MICRO_PROCESSOR_URLS (origins, comma separated, default https://api.stripe.com), MICRO_RECONCILE_EVERY and
 * MICRO_RECONCILE_GRACE (minutes, 0 to 10080, default 60; every 0: never), MICRO_RECONCILE_DAYS (1 to 3650, default 35),
 * MICRO_SIMULATOR_LATENCY_MS (0 to 30000) and MICRO_SIMULATOR_FAILURES (percent, 0 to 100), both 0. The encryption keys are
 * the text that `createEncryptionKeys` of signing made, from wherever the caller keeps it, else from MICRO_ENCRYPTION_KEYS.
 * @throws ConfigurationError that names everything wrong
 */
export const readPaymentsConfig = (
  env: Environment,
  encryptionKeysJson = env['MICRO_ENCRYPTION_KEYS'],
): PaymentsConfig => {
  const { integer, text, complain, done } = readSettings(env)
  const publicUrl = withoutSlash(text('MICRO_PUBLIC_URL', ''))
  if (publicUrl !== '' && !isOrigin(publicUrl))
    complain(`MICRO_PUBLIC_URL must be an http or https URL without a path, got '${publicUrl}'`)
  const processorUrls = text('MICRO_PROCESSOR_URLS', stripeUrl).split(',').map(withoutSlash)
  for (const url of processorUrls)
    if (!isOrigin(url)) complain(`MICRO_PROCESSOR_URLS must name http or https URLs without a path, got '${url}'`)
  const encryption = (): Rotating<EncryptionKey> | undefined => {
    if (encryptionKeysJson === undefined || encryptionKeysJson === '') return undefined
    try {
      return parseEncryptionKeys(encryptionKeysJson)
    } catch (error) {
      complain(`the encryption keys (MICRO_ENCRYPTION_KEYS) cannot be used: ${(error as Error).message}`)
      return undefined
    }
  }
  const fee = Object.freeze({
    basisPoints: BigInt(integer('MICRO_FEE_BASIS_POINTS', { fallback: 290, min: 0, max: 10_000 })),
    fixed: BigInt(integer('MICRO_FEE_FIXED', { fallback: 30, min: 0, max: 1_000_000 })),
  })
  const liveFee = Object.freeze({
    basisPoints: BigInt(integer('MICRO_LIVE_FEE_BASIS_POINTS', { fallback: 0, min: 0, max: 10_000 })),
    fixed: BigInt(integer('MICRO_LIVE_FEE_FIXED', { fallback: 0, min: 0, max: 1_000_000 })),
  })
  const liveDisputeFee = BigInt(integer('MICRO_LIVE_DISPUTE_FEE', { fallback: 0, min: 0, max: 1_000_000 }))
  const settlementDays = integer('MICRO_SETTLEMENT_DAYS', { fallback: 2, min: 0, max: 365 })
  const disputeFee = BigInt(integer('MICRO_DISPUTE_FEE', { fallback: 1_500, min: 0, max: 1_000_000 }))
  const reconciliation = Object.freeze({
    everyMs: integer('MICRO_RECONCILE_EVERY', { fallback: 60, min: 0, max: 10_080 }) * minuteMs,
    graceMs: integer('MICRO_RECONCILE_GRACE', { fallback: 60, min: 0, max: 10_080 }) * minuteMs,
    days: integer('MICRO_RECONCILE_DAYS', { fallback: 35, min: 1, max: 3_650 }),
  })
  const simulator = Object.freeze({
    latencyMs: integer('MICRO_SIMULATOR_LATENCY_MS', { fallback: 0, min: 0, max: 30_000 }),
    failurePercent: integer('MICRO_SIMULATOR_FAILURES', { fallback: 0, min: 0, max: 100 }),
  })
  return done({
    fee,
    liveFee,
    liveDisputeFee,
    simulator,
    reconciliation,
    settlementDays,
    disputeFee,
    publicUrl: publicUrl === '' ? undefined : publicUrl,
    encryptionKeys: encryption(),
    processorUrls,
    ...defaults,
  })
}

/** How the payments service runs as a process of its own. */
export interface PaymentsProcessConfig {
  readonly process: ProcessConfig
  readonly database: DatabaseConfig
  readonly payments: PaymentsConfig
  readonly ledgerUrl: string
  readonly authUrl: string
}

/** Reads the environment of the process. @throws ConfigurationError that names everything that is wrong */
export const readPaymentsProcess = (env: Environment = process.env): PaymentsProcessConfig => {
  const settings = readEnvironment(env)
  return settings.done({
    process: settings.process({ port: 8082 }),
    database: settings.database(),
    payments: settings.including(() => readPaymentsConfig(env)),
    ledgerUrl: settings.peer('ledger', 8083),
    authUrl: settings.peer('auth', 8081),
  })
}

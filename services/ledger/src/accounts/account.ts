import type { AccountStatus, AccountType, Direction, LedgerAccount, Mode } from '@micro/contracts'
import { minorUnitDigits, unixSeconds } from '@micro/kernel'
import { twins } from '../assets/amount.ts'

/** Names that belong to Micro: readable by merchants, never created or posted to by them. */
export const isSystemAccount = (id: string): boolean => id.startsWith('sys_')

/** What an account may hold, on its normal side; null where there is no limit. */
export interface Limits {
  readonly minAvailable: bigint | null
  readonly maxBalance: bigint | null
}

/** What an account's entries come to, by side and layer; none is negative. */
export interface Sums {
  credits: bigint
  debits: bigint
  /** What holds set aside of each side. */
  pendingCredits: bigint
  pendingDebits: bigint
}

/** What is chosen when an account is made. */
export interface NewAccount extends Limits {
  readonly id: string
  readonly name: string
  readonly type: AccountType
  readonly currency: string
  /** Decimal digits of an amount, where the currency is an asset of the merchant's; null for those of ISO 4217. */
  readonly assetScale: number | null
  readonly metadata: Readonly<Record<string, string>>
}

export interface Account extends NewAccount, Readonly<Sums> {
  readonly mode: Mode
  readonly system: boolean
  readonly status: AccountStatus
  readonly normalBalance: Direction
  /** How many entries it has. */
  readonly version: bigint
  readonly createdAt: Date
}

/** The side on which an account of this type is expected to stand. */
export const normalBalanceOf = (type: AccountType): Direction =>
  type === 'asset' || type === 'expense' ? 'debit' : 'credit'

/** What is credits minus debits, as the account's normal side has it: an asset debited 100 has 100. */
export const onNormalSide = (net: bigint, side: Direction): bigint => (side === 'credit' ? net : -net)

/** How an account stands, on its normal side. */
export interface Standing {
  readonly balance: bigint
  /** What holds would add to the balance, and take from it, both positive. */
  readonly pendingIn: bigint
  readonly pendingOut: bigint
  /** What of the balance no hold would take. */
  readonly available: bigint
}

export const standingOf = (sums: Readonly<Sums>, side: Direction): Standing => {
  const { credits, debits, pendingCredits, pendingDebits } = sums
  const balance = onNormalSide(credits - debits, side)
  const [pendingIn, pendingOut] = side === 'credit' ? [pendingCredits, pendingDebits] : [pendingDebits, pendingCredits]
  return { balance, pendingIn, pendingOut, available: balance - pendingOut }
}

/** What to add to a balance that is told with what is held in it. */
export const countingOf = (held: bigint): string => (held === 0n ? '' : ', holds counted')

/** Decimal digits of an amount. */
export const scaleOf = ({ currency, assetScale }: Pick<NewAccount, 'currency' | 'assetScale'>): number =>
  assetScale ?? minorUnitDigits(currency)

const sameMetadata = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean => {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
}

/** True when asking for `wanted` again would have made exactly this account. */
export const isSameAccount = (existing: Account, wanted: NewAccount): boolean =>
  existing.name === wanted.name &&
  existing.type === wanted.type &&
  existing.currency === wanted.currency &&
  existing.minAvailable === wanted.minAvailable &&
  existing.maxBalance === wanted.maxBalance &&
  sameMetadata(existing.metadata, wanted.metadata)

export const accountToWire = (account: Account): LedgerAccount => {
  const net = account.credits - account.debits
  const { balance, pendingIn, pendingOut, available } = standingOf(account, account.normalBalance)
  return {
    id: account.id,
    object: 'ledger.account',
    name: account.name,
    type: account.type,
    normal_balance: account.normalBalance,
    currency: account.currency,
    scale: scaleOf(account),
    status: account.status,
    ...twins('balance', balance),
    ...twins('net', net),
    pending: {
      ...twins('balance', balance + pendingIn - pendingOut),
      ...twins('pending_in', pendingIn),
      ...twins('pending_out', pendingOut),
      ...twins('available', available),
    },
    ...twins('min_available', account.minAvailable),
    ...twins('max_balance', account.maxBalance),
    credits_str: String(account.credits),
    debits_str: String(account.debits),
    version: Number(account.version),
    system: account.system,
    metadata: { ...account.metadata },
    livemode: account.mode === 'live',
    created: unixSeconds(account.createdAt),
  }
}

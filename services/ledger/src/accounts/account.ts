import type { AccountStatus, AccountType, Direction, LedgerAccount, Mode } from '@micro/contracts'
import { exactNumber, minorUnitDigits, unixSeconds } from '@micro/kernel'

/** Names that belong to Micro: readable by merchants, never created or posted to by them. */
export const isSystemAccount = (id: string): boolean => id.startsWith('sys_')

/** What an account may hold, on its normal side; null where there is no limit. */
export interface Limits {
  readonly minAvailable: bigint | null
  readonly maxBalance: bigint | null
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

export interface Account extends NewAccount {
  readonly mode: Mode
  readonly system: boolean
  readonly status: AccountStatus
  readonly normalBalance: Direction
  /** Sums of all entries of each side, both positive. */
  readonly credits: bigint
  readonly debits: bigint
  /** How many entries it has. */
  readonly version: bigint
  readonly createdAt: Date
}

/** The side on which an account of this type is expected to stand. */
export const normalBalanceOf = (type: AccountType): Direction =>
  type === 'asset' || type === 'expense' ? 'debit' : 'credit'

/** What is credits minus debits, as the account's normal side has it: an asset debited 100 has 100. */
export const onNormalSide = (net: bigint, side: Direction): bigint => (side === 'credit' ? net : -net)

export const balanceOf = ({ credits, debits, normalBalance }: Account): bigint =>
  onNormalSide(credits - debits, normalBalance)

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

const exactOrNull = (amount: bigint | null): number | null => (amount === null ? null : exactNumber(amount))
const textOrNull = (amount: bigint | null): string | null => (amount === null ? null : String(amount))

export const accountToWire = (account: Account): LedgerAccount => {
  const net = account.credits - account.debits
  const balance = balanceOf(account)
  return {
    id: account.id,
    object: 'ledger.account',
    name: account.name,
    type: account.type,
    normal_balance: account.normalBalance,
    currency: account.currency,
    scale: scaleOf(account),
    status: account.status,
    balance: exactNumber(balance),
    balance_str: String(balance),
    net: exactNumber(net),
    net_str: String(net),
    min_available: exactOrNull(account.minAvailable),
    min_available_str: textOrNull(account.minAvailable),
    max_balance: exactOrNull(account.maxBalance),
    max_balance_str: textOrNull(account.maxBalance),
    credits_str: String(account.credits),
    debits_str: String(account.debits),
    version: Number(account.version),
    system: account.system,
    metadata: { ...account.metadata },
    livemode: account.mode === 'live',
    created: unixSeconds(account.createdAt),
  }
}

import type { AccountType, Direction, LedgerAccount, Mode } from '@micro/contracts'
import { currencies, exactNumber, Fault, unixSeconds } from '@micro/kernel'

/** Names that belong to Micro: readable by merchants, never created or posted to by them. */
export const isSystemAccount = (id: string): boolean => id.startsWith('sys_')

/** What is chosen when an account is made; none of it but name and metadata could change later. */
export interface NewAccount {
  readonly id: string
  readonly name: string
  readonly type: AccountType
  readonly currency: string
  readonly metadata: Readonly<Record<string, string>>
}

export interface Account extends NewAccount {
  readonly mode: Mode
  readonly system: boolean
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

/** @throws Fault currency_unsupported */
export const parseCurrency = (given: string): string => {
  const currency = given.toLowerCase()
  if (!currencies.has(currency)) throw new Fault('currency_unsupported', { param: 'currency', currency: given })
  return currency
}

const sameMetadata = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean => {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
}

/** True when asking for `wanted` again would have made exactly this account. */
export const isSameAccount = (existing: Account, wanted: NewAccount): boolean =>
  existing.name === wanted.name &&
  existing.type === wanted.type &&
  existing.currency === wanted.currency &&
  sameMetadata(existing.metadata, wanted.metadata)

export const accountToWire = (account: Account): LedgerAccount => {
  const net = account.credits - account.debits
  const balance = onNormalSide(net, account.normalBalance)
  return {
    id: account.id,
    object: 'ledger.account',
    name: account.name,
    type: account.type,
    normal_balance: account.normalBalance,
    currency: account.currency,
    balance: exactNumber(balance),
    balance_str: String(balance),
    net: exactNumber(net),
    net_str: String(net),
    credits_str: String(account.credits),
    debits_str: String(account.debits),
    version: Number(account.version),
    system: account.system,
    metadata: { ...account.metadata },
    livemode: account.mode === 'live',
    created: unixSeconds(account.createdAt),
  }
}

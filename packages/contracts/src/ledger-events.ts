/** What the ledger tells of: each event shows the object as the API answers with it. */
import { LedgerAccount } from './ledger-accounts.ts'
import { LedgerHold } from './ledger-holds.ts'
import { LedgerPeriod } from './ledger-periods.ts'
import { LedgerTransaction } from './ledger-transactions.ts'
import type { MerchantPrincipal } from './principal.ts'
import { grants } from './scopes.ts'

/** Of the merchant's own doing: what Micro posts for a payment is told by the payment's events. */
export const ledgerEvents = {
  'ledger.account.created': LedgerAccount,
  'ledger.account.updated': LedgerAccount,
  'ledger.account.frozen': LedgerAccount,
  'ledger.account.closed': LedgerAccount,
  'ledger.transaction.posted': LedgerTransaction,
  'ledger.transaction.reversed': LedgerTransaction,
  'ledger.hold.created': LedgerHold,
  'ledger.hold.captured': LedgerHold,
  'ledger.hold.released': LedgerHold,
  'ledger.hold.expired': LedgerHold,
  'ledger.period.closed': LedgerPeriod,
} as const

/** Whether an event is the ledger's. `*` asks for none of them: Stripe has no such objects, see docs/adr/0024. */
export const isLedgerEvent = (type: string): boolean => type.startsWith('ledger.')

/** What an API key is asked for, beyond its right to events, where the ledger's are told. */
export const ledgerEventScope = 'ledger:read'

/** Whether somebody may be told of the ledger's events. */
export const mayReadLedgerEvents = ({ kind, scopes }: Pick<MerchantPrincipal, 'kind' | 'scopes'>): boolean =>
  kind !== 'api_key' || grants(scopes ?? [], ledgerEventScope)

/** Which page of the reference each operation is on. */
import type { Route } from './document.ts'

export interface Group {
  readonly title: string
  /** Beneath `reference/api/`. */
  readonly name: string
  readonly tag: string
  readonly paths: RegExp
}

const group = (tag: string, name: string, title: string, paths: RegExp): Group => ({ tag, name, title, paths })

/** In the order of the navigation; the first whose paths fit has the operation. The last of a tag takes what is new. */
export const groups: readonly Group[] = [
  group('payments', 'payment-intents', 'Payment intents', /payment_intents/),
  group('payments', 'refunds', 'Refunds', /refunds/),
  group('payments', 'charges', 'Charges', /\/charges/),
  group('payments', 'payment-methods', 'Payment methods and tokens', /payment_methods|tokens/),
  group('payments', 'customers', 'Customers', /customers/),
  group('payments', 'setup-intents', 'Setup intents', /setup_/),
  group('payments', 'checkout', 'Checkout and pages', /checkout|payment_pages|authenticate/),
  group('payments', 'products', 'Products and prices', /products|prices/),
  group('payments', 'disputes', 'Disputes', /disputes/),
  group('payments', 'balance', 'Balance and payouts', /balance|payouts/),
  group('payments', 'reconciliations', 'Reconciliation', /reconciliations|settlement_faults/),
  group('payments', 'processors', 'Processors', /processors/),
  group('payments', 'clock', 'Test clock', /test_helpers\/clock/),
  group('payments', 'more', 'More of payments', /./),
  group('ledger', 'ledger-accounts', 'Ledger: accounts and assets', /ledger\/(accounts|assets)/),
  group('ledger', 'ledger-transactions', 'Ledger: transactions', /ledger\/transactions/),
  group('ledger', 'ledger-holds', 'Ledger: holds', /ledger\/holds/),
  group('ledger', 'ledger-reports', 'Ledger: reports and periods', /ledger\/(trial_balance|aggregate|periods)/),
  group('ledger', 'ledger-history', 'Ledger: feed, export, proof', /./),
  group('events', 'events', 'Events', /\/v1\/events/),
  group('events', 'webhooks', 'Webhooks', /./),
  group('auth', 'operator', 'The installation', /auth\/operator/),
  group('auth', 'people', 'People and keys', /./),
  group('gateway', 'requests', 'Request log and streams', /./),
]

/** Throws where an operation belongs nowhere. */
export const groupOf = ({ tags, path, operationId }: Route): Group => {
  const found = groups.find(({ tag, paths }) => tags.includes(tag) && paths.test(path))
  if (found === undefined) throw new Error(`${operationId} is on no page: name its tag in apps/docs/src/api/groups.ts`)
  return found
}

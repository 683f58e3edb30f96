import type { Expander, Expanders } from '@micro/service'
import type { MerchantTime } from '../merchant-clocks/merchant-time.ts'
import { balanceTransactionToWire, kindsOf } from './balance-transaction.ts'
import { findTransactions } from './balance-transaction.store.ts'

/** What moves a balance, by the beginning of its id. */
const sourceKinds: Readonly<Record<string, string>> = { ch: 'charge', re: 'refund', dp: 'dispute', po: 'payout' }

const expandSources =
  (expanders: Expanders): Expander =>
  async (sql, tenant, ids) => {
    const byKind = Map.groupBy(ids, (id) => sourceKinds[id.slice(0, id.indexOf('_'))])
    const found = await Promise.all(
      [...byKind].map(async ([kind = '', some]) => (await expanders[kind]?.(sql, tenant, some)) ?? []),
    )
    return new Map(found.flatMap((objects) => [...objects]))
  }

/** Balance transactions, and what they come from: of the kinds that `others` finds. */
export const balanceExpanders = (merchantTime: MerchantTime, others: Expanders): Expanders => ({
  balance_transaction: async (sql, tenant, ids) => {
    const merchantNow = await merchantTime.now(tenant)
    const movements = await findTransactions(sql, tenant, { ids, kinds: kindsOf(undefined) })
    return new Map(movements.map((movement) => [movement.id, balanceTransactionToWire(movement, merchantNow)]))
  },
  balance_transaction_source: expandSources(others),
})

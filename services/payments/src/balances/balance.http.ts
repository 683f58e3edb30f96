import { balancesApi, type Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { answerList, type Handlers } from '@micro/service'
import { balanceTransactionToWire, isBalanceTransactionId, kindsOf, type ShownMovement } from './balance-transaction.ts'
import { findTransaction, newerTransactions, olderTransactions } from './balance-transaction.store.ts'
import { balanceToWire } from './balance.ts'
import type { BalanceDependencies, BalanceWork } from './balance.work.ts'

type BalanceHandlers = Handlers<typeof balancesApi>

const resource = 'balance_transaction'

export const balanceHandlers = (
  { db, merchantTime }: BalanceDependencies,
  { balances }: { balances: BalanceWork },
): BalanceHandlers => {
  const find = async (
    tenant: Tenant,
    id: string,
    type?: Parameters<typeof kindsOf>[0],
  ): Promise<ShownMovement | undefined> =>
    isBalanceTransactionId(id) ? findTransaction(db.sql, tenant, { id, kinds: kindsOf(type) }) : undefined

  return {
    async retrieveBalance({ principal }) {
      return balanceToWire(await balances.read(principal), principal.mode)
    },

    async retrieveBalanceTransaction({ principal, params: { id } }) {
      const movement = await find(principal, id)
      if (movement === undefined) throw new Fault('resource_missing', { resource, id, param: 'id' })
      return balanceTransactionToWire(movement, await merchantTime.now(principal))
    },

    async listBalanceTransactions({ principal, query }) {
      const { type, currency = null, source = null, payout = null } = query
      const merchantNow = await merchantTime.now(principal)
      const filter = {
        kinds: source !== null && payout !== null && source !== payout ? [] : kindsOf(type),
        currency: currency?.toLowerCase() ?? null,
        source: source ?? payout,
      }
      return answerList(
        {
          query,
          url: balancesApi.listBalanceTransactions.path,
          resource,
          find: (id) => find(principal, id),
          older: (window) => olderTransactions(db.sql, principal, filter, window),
          newer: (window) => newerTransactions(db.sql, principal, filter, window),
        },
        (movement) => balanceTransactionToWire(movement, merchantNow),
      )
    },
  }
}

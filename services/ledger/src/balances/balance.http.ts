import type { ledgerApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import { twins } from '../assets/amount.ts'
import { onNormalSide, scaleOf } from '../accounts/account.ts'
import { findAccount } from '../accounts/account.store.ts'
import { findHead, findNetAt, findPendingNet, lookUpByKeys } from './balance.store.ts'
import { momentsOf, pointOf, pointToWire } from './point.ts'

type BalanceHandlers = Pick<Handlers<typeof ledgerApi>, 'retrieveLedgerBalance'>

export const balanceHandlers = ({ db }: { db: Database }): BalanceHandlers => ({
  async retrieveLedgerBalance({ principal, params: { id }, query }) {
    const moments = momentsOf(query)
    return db.transaction(
      async (sql) => {
        await lookUpByKeys(sql)
        const account = await findAccount(sql, principal, id)
        if (account === undefined) throw new Fault('resource_missing', { param: 'id', resource: 'ledger account', id })
        const point = pointOf(query, moments, await findHead(sql, principal, moments))
        const net = (await findNetAt(sql, principal, id, point)) ?? 0n
        const balance = onNormalSide(net, account.normalBalance)
        // What is held knows no date of effect.
        const pending =
          point.countsBefore === null
            ? onNormalSide(await findPendingNet(sql, principal, id, point.known), account.normalBalance)
            : null
        return {
          object: 'ledger.balance' as const,
          account_id: account.id,
          currency: account.currency,
          scale: scaleOf(account),
          normal_balance: account.normalBalance,
          ...twins('balance', balance),
          ...twins('net', net),
          ...twins('pending', pending),
          ...pointToWire(point),
          livemode: account.mode === 'live',
        }
      },
      { isolation: 'repeatable read' },
    )
  },
})

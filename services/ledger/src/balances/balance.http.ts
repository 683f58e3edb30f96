import type { ledgerApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import { twins } from '../assets/amount.ts'
import { onNormalSide, scaleOf, type Account } from '../accounts/account.ts'
import { findAccount } from '../accounts/account.store.ts'
import type { BookKey } from '../books/book.ts'
import { findHead, findNetAt, findPendingNet, listNetsThen, lookUpByKeys } from './balance.store.ts'
import { endOf, momentsOf, pointOf, pointToWire } from './point.ts'

type BalanceHandlers = Pick<Handlers<typeof ledgerApi>, 'retrieveLedgerBalance' | 'listLedgerBalances'>

/** @throws Fault resource_missing */
const foundAccount = async (sql: Sql, book: BookKey, id: string): Promise<Account> => {
  const account = await findAccount(sql, book, id)
  if (account === undefined) throw new Fault('resource_missing', { param: 'id', resource: 'ledger account', id })
  return account
}

export const balanceHandlers = ({ db }: { db: Database }): BalanceHandlers => ({
  async retrieveLedgerBalance({ principal, params: { id }, query }) {
    const moments = momentsOf(query)
    return db.transaction(
      async (sql) => {
        await lookUpByKeys(sql)
        const account = await foundAccount(sql, principal, id)
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

  async listLedgerBalances({ principal, params: { id }, query }) {
    const { at, by } = query
    return db.transaction(
      async (sql) => {
        await lookUpByKeys(sql)
        const account = await foundAccount(sql, principal, id)
        const nets = await listNetsThen(sql, principal, id, { moments: at.map(endOf), effect: by === 'effective' })
        return {
          object: 'ledger.balance_series' as const,
          account_id: account.id,
          currency: account.currency,
          scale: scaleOf(account),
          normal_balance: account.normalBalance,
          data: nets.map(({ net, seq }, place) => ({
            at: at[place] ?? 0,
            ...twins('balance', onNormalSide(net, account.normalBalance)),
            seq: Number(seq),
          })),
          livemode: account.mode === 'live',
        }
      },
      { isolation: 'repeatable read' },
    )
  },
})

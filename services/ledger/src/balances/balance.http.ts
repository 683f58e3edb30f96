import type { ledgerApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { readReport, type Handlers, type InTurn } from '@micro/service'
import { twins } from '../assets/amount.ts'
import { onNormalSide, scaleOf, type Account } from '../accounts/account.ts'
import { findAccount } from '../accounts/account.store.ts'
import { nameOf, type BookKey } from '../books/book.ts'
import { findHead, findNetAt, findPendingNet, listNetsThen, lookUpByKeys } from './balance.store.ts'
import { endOf, momentsOf, pointOf, pointToWire } from './point.ts'

type BalanceHandlers = Pick<Handlers<typeof ledgerApi>, 'retrieveLedgerBalance' | 'listLedgerBalances'>

/** @throws Fault resource_missing */
const foundAccount = async (sql: Sql, book: BookKey, id: string): Promise<Account> => {
  const account = await findAccount(sql, book, id)
  if (account === undefined) throw new Fault('resource_missing', { param: 'id', resource: 'ledger account', id })
  return account
}

export interface BalanceDependencies {
  readonly db: Database
  readonly inTurn: InTurn
  /** How long the database may work on a series, in milliseconds. Default 20 s. */
  readonly timeoutMs?: number
}

export const balanceHandlers = ({ db, inTurn, timeoutMs = 20_000 }: BalanceDependencies): BalanceHandlers => ({
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
    const read = () =>
      readReport(db, { timeoutMs, hint: 'ask by=recorded' }, async (sql) => {
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
      })
    // By effect, all that ever counted at another time than it was recorded is read.
    return by === 'effective' ? inTurn(nameOf(principal), read) : read()
  },
})

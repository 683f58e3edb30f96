import type { ledgerApi, Query } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { cutPage, parsePage, readReport, type Handlers, type InTurn } from '@micro/service'
import { accountFilterOf } from '../accounts/account-filter.ts'
import { findHead, lookUpByKeys } from '../balances/balance.store.ts'
import { momentsOf, pointOf, pointToWire, type PointQuery } from '../balances/point.ts'
import { nameOf, type BookKey } from '../books/book.ts'
import {
  accountNetToWire,
  aggregateToWire,
  groupByOf,
  parseAggregateId,
  sumsToWire,
  totalsToWire,
  type GroupPlace,
} from './report.ts'
import { listAggregates, listNetsAfter, listNetsBefore, listTotals, type ReportPoint } from './report.store.ts'

type Routes = typeof ledgerApi
type ReportHandlers = Pick<Handlers<Routes>, 'retrieveLedgerTrialBalance' | 'aggregateLedgerBalances'>
type TrialBalanceQuery = Query<Routes['retrieveLedgerTrialBalance']>

export interface ReportDependencies {
  readonly db: Database
  readonly inTurn: InTurn
  /** How long the database may work on one report, in milliseconds. Default 20 s. */
  readonly timeoutMs?: number
  /** Rows of a trial balance. Default 1,000. */
  readonly rowsMax?: number
}

const tooLarge = (hint: string): Fault => new Fault('report_too_large', { hint })

export const reportHandlers = (deps: ReportDependencies): ReportHandlers => {
  const { db, inTurn, timeoutMs = 20_000, rowsMax = 1_000 } = deps

  /** Makes a report in its turn, in one snapshot and within its time. @throws Fault ledger_busy, report_too_large */
  const report = <T>(book: BookKey, hint: string, work: (sql: Sql) => Promise<T>): Promise<T> =>
    inTurn(nameOf(book), () =>
      readReport(db, { timeoutMs, hint }, async (sql) => {
        await lookUpByKeys(sql)
        return work(sql)
      }),
    )

  const pointIn = async (sql: Sql, book: BookKey, query: PointQuery): Promise<ReportPoint> => {
    const moments = momentsOf(query)
    const head = await findHead(sql, book, moments)
    const point = pointOf(query, moments, head)
    return { ...point, newest: point.countsBefore === null && point.known === head.seqLast }
  }

  const accountsOf = async (sql: Sql, book: BookKey, point: ReportPoint, query: TrialBalanceQuery) => {
    const page = parsePage(query)
    const filter = { currency: query.currency?.toLowerCase() ?? null, cursor: page.cursor?.id ?? '', limit: page.fetch }
    const list = page.direction === 'newer' ? listNetsBefore : listNetsAfter
    const { rows, hasMore } = cutPage(await list(sql, book, point, filter), page)
    return {
      object: 'list' as const,
      url: '/ledger/trial_balance',
      has_more: hasMore,
      data: rows.map(accountNetToWire),
    }
  }

  return {
    async retrieveLedgerTrialBalance({ principal, query }) {
      const currency = query.currency?.toLowerCase() ?? null
      const hint = 'name a currency'
      return report(principal, hint, async (sql) => {
        const point = await pointIn(sql, principal, query)
        const accounts = query.accounts === true ? await accountsOf(sql, principal, point, query) : null
        const rows = await listTotals(sql, principal, point, { currency, limit: rowsMax + 1 })
        if (rows.length > rowsMax) throw tooLarge(hint)
        return {
          object: 'ledger.trial_balance' as const,
          ...pointToWire(point),
          rows: rows.map(totalsToWire),
          totals: sumsToWire(rows),
          accounts,
          livemode: principal.mode === 'live',
        }
      })
    },

    async aggregateLedgerBalances({ principal, query }) {
      const page = parsePage(query)
      const groupBy = groupByOf(query)
      const place: GroupPlace | null = page.cursor === undefined ? null : parseAggregateId(page.cursor.id)
      const filter = accountFilterOf(query)
      return report(principal, 'name a currency, a type, a status, an id_prefix or metadata', async (sql) => {
        const point = await pointIn(sql, principal, query)
        const found = await listAggregates(sql, principal, point, groupBy, filter, {
          place,
          backwards: page.direction === 'newer',
          limit: page.fetch,
        })
        const { rows, hasMore } = cutPage(found, page)
        return {
          object: 'list' as const,
          url: '/ledger/aggregate',
          has_more: hasMore,
          data: rows.map(aggregateToWire),
          ...pointToWire(point),
        }
      })
    },
  }
}

import type { Sql } from '@micro/postgres'
import { findHead } from '../balances/balance.store.ts'
import { pointOf } from '../balances/point.ts'
import { listPeriodTotals } from '../periods/period.store.ts'
import { listTotals } from '../reports/report.store.ts'
import { findClosedBefore, listPeriodRows } from './periods.store.ts'
import { noPeriod, periodHolds, sameTotals, type Before } from './periods.ts'
import type { BookRow, Problem } from './verify.ts'

const totalsMax = 1_000_000

/**
 * Follows a book's periods, and adds up anew what each was closed with: of all that is recorded today, since nothing may
 * have been added since.
 */
export const verifyPeriods = async (
  sql: Sql,
  book: BookRow,
  { batchMax, wrong }: { batchMax: number; wrong: (problem: Problem, seq: bigint) => void },
): Promise<void> => {
  let before: Before = noPeriod
  for (;;) {
    const rows = await listPeriodRows(sql, book, { after: before.number, limit: batchMax })
    for (const row of rows) {
      if (!periodHolds(before, row)) wrong('wrong_period', row.seq)
      const moments = { recordedBefore: null, countsBefore: row.closed_before }
      const point = pointOf({}, moments, await findHead(sql, book, moments))
      const [told, found] = [
        await listPeriodTotals(sql, book, row.number, totalsMax),
        await listTotals(sql, book, { ...point, newest: false }, { currency: null, limit: totalsMax }),
      ]
      if (!sameTotals(told, found)) wrong('wrong_totals', row.seq)
      before = row
    }
    if (rows.length < batchMax) break
  }
  const closedBefore = await findClosedBefore(sql, book)
  if (closedBefore?.getTime() !== before.closed_before?.getTime()) wrong('wrong_period', before.seq)
}

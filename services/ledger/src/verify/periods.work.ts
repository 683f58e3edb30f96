import type { Sql } from '@micro/postgres'
import { addTotals } from '../periods/period.ts'
import { listPeriodTotals } from '../periods/period.store.ts'
import type { Totals } from '../reports/report.ts'
import {
  findLastOfNextAccounts,
  findSeqBefore,
  isClosedByNewest,
  listPeriodRows,
  listTotalsWithin,
} from './periods.store.ts'
import { noPeriod, periodHolds, sameTotals, type Before } from './periods.ts'
import type { BookRow, Problem } from './verify.ts'

const totalsMax = 1_000_000

/**
 * Follows a book's periods, and adds up anew what each was closed with: of all that is recorded today, since nothing may
 * have been added since. So it takes no snapshot, and yields after each slice of accounts.
 */
export async function* walkPeriods(
  sql: Sql,
  book: Pick<BookRow, 'lane' | 'id' | 'merchant' | 'mode'>,
  { sliceMax, wrong }: { sliceMax: number; wrong: (problem: Problem, seq: bigint, number: number) => void },
): AsyncGenerator<void, void> {
  let before: Before = noPeriod
  for (;;) {
    const rows = await listPeriodRows(sql, book, { after: before.number, limit: sliceMax })
    for (const row of rows) {
      if (!periodHolds(before, row)) wrong('wrong_period', row.seq, row.number)
      const seq = await findSeqBefore(sql, book, row.closed_before)
      let found: Totals[] = []
      for (let after = -1n; ;) {
        const until = await findLastOfNextAccounts(sql, book, { after, limit: sliceMax })
        if (until === undefined) break
        const slice = { before: row.closed_before, seq, after, until }
        found = addTotals(found, await listTotalsWithin(sql, book, slice))
        after = until
        yield
      }
      if (!sameTotals(await listPeriodTotals(sql, book, row.number, totalsMax), found))
        wrong('wrong_totals', row.seq, row.number)
      before = row
    }
    if (rows.length < sliceMax) break
  }
  if (!(await isClosedByNewest(sql, book))) wrong('wrong_period', before.seq, before.number)
}

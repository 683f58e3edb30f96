import type { Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'

export interface PeriodRow {
  readonly number: number
  readonly id: string
  readonly closed_before: string
  readonly seq: bigint
  readonly hash: Buffer | null
  readonly description: string | null
  readonly created_at: string
  readonly currencies: readonly string[]
  readonly types: readonly string[]
  readonly debits: readonly bigint[]
  readonly credits: readonly bigint[]
}

/** The book's next periods that were closed between two seqs, both included, with their totals. */
export const listPeriods = (
  sql: Sql,
  book: BookKey,
  { after, from, until, limit }: { after: number; from: bigint; until: bigint; limit: number },
) => sql<PeriodRow>`
  select p.number, p.id,
    to_char(p.closed_before at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as closed_before, p.seq, p.hash,
    p.description, to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at, t.*
  from ledger.books b
  join ledger.periods p on p.lane = b.lane and p.book = b.id
  cross join lateral (
    select coalesce(array_agg(t.currency order by t.currency, t.type), '{}') as currencies,
      coalesce(array_agg(t.type order by t.currency, t.type), '{}') as types,
      coalesce(array_agg(t.debits order by t.currency, t.type), '{}') as debits,
      coalesce(array_agg(t.credits order by t.currency, t.type), '{}') as credits
    from ledger.period_totals t
    where t.lane = p.lane and t.book = p.book and t.period = p.number
  ) t
  where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
    and p.number > ${after} and p.seq >= ${from} and p.seq <= ${until}
  order by p.number limit ${limit}`

import type { Sql } from '@micro/postgres'
import type { BookRow } from './verify.ts'

/** asked: somebody waits for it; news, whole: the ledger's own, of what is new and of everything. */
export type Work = 'asked' | 'news' | 'whole'

export interface Lease {
  readonly book: Pick<BookRow, 'lane' | 'id'>
  readonly work: Work
  readonly holder: string
}

/** Takes a free or lapsed lease, or renews one's own; false while another holds it. By the database's clock alone. */
export const takeLease = async (sql: Sql, { book, work, holder }: Lease, leaseMs: number): Promise<boolean> => {
  const rows = await sql`
    insert into ledger.leases as own (lane, book, work, holder, leased_until)
    values (${book.lane}, ${book.id}, ${work}, ${holder}, clock_timestamp() + ${leaseMs} * interval '1 millisecond')
    on conflict (lane, book, work) do update
    set holder = excluded.holder, leased_until = excluded.leased_until
    where own.holder = excluded.holder or own.leased_until < clock_timestamp()
    returning work`
  return rows.length === 1
}

export const releaseLease = async (sql: Sql, { book, work, holder }: Lease): Promise<void> => {
  await sql`
    delete from ledger.leases
    where lane = ${book.lane} and book = ${book.id} and work = ${work} and holder = ${holder}`
}

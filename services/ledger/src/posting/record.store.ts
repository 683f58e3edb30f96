import type { Sql } from '@micro/postgres'
import type { BookPlace, Recording } from './posting.store.ts'

/** Where a book stood when what follows was decided. */
export interface Standing extends BookPlace {
  readonly seq: bigint
}

/** The order in which everyone takes the locks of books. */
export const sortPlaces = <T extends BookPlace>(places: readonly T[]): T[] =>
  places.toSorted((a, b) => a.lane - b.lane || (a.id < b.id ? -1 : 1))

/**
 * Writes transactions and entries in one statement, under the locks of their books; the database's triggers move
 * balances and seqs with them. The books come sorted. Nothing is written when a book stands elsewhere, or anything else was decided wrongly.
 */
export const recordTransactions = async (
  sql: Sql,
  standings: readonly Standing[],
  recordings: readonly Recording[],
): Promise<void> => {
  const of = <T>(member: (recording: Recording) => T): T[] => recordings.map(member)
  const legs = recordings.flatMap(({ lane, book, transaction: { seq }, entries }) =>
    entries.map((write, at) => ({ ...write, lane, book, seq, leg: at + 1 })),
  )
  await sql`
    select ledger.record_transactions(
      ${standings.map(({ lane }) => lane)}::smallint[], ${standings.map(({ id }) => id)}::bigint[],
      ${standings.map(({ seq }) => seq)}::bigint[],
      ${of(({ lane }) => lane)}::smallint[], ${of(({ book }) => book)}::bigint[],
      ${of(({ transaction }) => transaction.seq)}::bigint[], ${of(({ transaction }) => transaction.id)}::text[],
      ${of(({ transaction }) => transaction.reference)}::text[],
      ${of(({ transaction }) => transaction.description)}::text[],
      ${of(({ transaction }) => transaction.currency)}::text[], ${of(({ entries }) => entries.length)}::smallint[],
      ${of(({ transaction }) => transaction.fingerprint)}::bytea[],
      ${of(({ transaction }) => transaction.metadata)}::jsonb[],
      ${of(({ transaction }) => transaction.createdAt)}::timestamptz[],
      ${of(({ transaction }) => transaction.effectiveAt)}::timestamptz[], ${of(({ salt }) => salt)}::bytea[],
      ${of(({ contentHash }) => contentHash)}::bytea[], ${of(({ transaction }) => transaction.hash)}::bytea[],
      ${legs.map(({ lane }) => lane)}::smallint[], ${legs.map(({ book }) => book)}::bigint[],
      ${legs.map(({ seq }) => seq)}::bigint[], ${legs.map(({ leg }) => leg)}::smallint[],
      ${legs.map(({ account }) => account)}::bigint[], ${legs.map(({ amount }) => amount)}::numeric[],
      ${legs.map(({ balanceAfter }) => balanceAfter)}::numeric[],
      ${legs.map(({ accountVersion }) => accountVersion)}::bigint[])`
}

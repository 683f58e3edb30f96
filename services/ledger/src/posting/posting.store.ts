import type { AccountStatus, AccountType, Mode } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { stretchesOf } from '../outbox/stretch.ts'
import type { TransactionWrite } from './posting.ts'
import type { AccountState } from './state.ts'

/** The numbers of those of the books that are open. They never change. */
export const findBooks = (sql: Sql, books: readonly BookKey[]): Promise<(BookKey & { id: bigint })[]> =>
  sql<BookKey & { id: bigint }>`
    select b.id, b.merchant, b.mode
    from unnest(
      ${books.map(laneOf)}::smallint[], ${books.map(({ merchant }) => merchant)}::text[],
      ${books.map(({ mode }) => mode)}::text[]
    ) as asked (lane, merchant, mode)
    cross join lateral (
      select * from ledger.books b where b.lane = asked.lane and b.merchant = asked.merchant and b.mode = asked.mode
      offset 0 -- looks each of them up, where a join might read all books there are
    ) b`

/** A book by its place in the database. */
export interface BookPlace {
  readonly lane: number
  readonly id: bigint
}

/** The order in which everyone takes the locks of books. */
export const sortPlaces = <T extends BookPlace>(places: readonly T[]): T[] =>
  places.toSorted((a, b) => a.lane - b.lane || (a.id < b.id ? -1 : 1))

export interface LockedBook {
  readonly id: bigint
  readonly seqLast: bigint
  readonly recordedLast: Date | null
  readonly hashLast: Buffer | null
  readonly closedBefore: Date | null
}

/** Takes the books' locks until the database transaction ends: whoever else posts to one of them waits here. */
export const lockBooks = async (sql: Sql, books: readonly BookPlace[]): Promise<LockedBook[]> => {
  const rows = await sql<{
    id: bigint
    last_seq: bigint
    last_recorded_at: Date | null
    head_hash: Buffer | null
    closed_before: Date | null
  }>`
    select id, last_seq, last_recorded_at, head_hash, closed_before
    from ledger.lock_books(${books.map(({ lane }) => lane)}::smallint[], ${books.map(({ id }) => id)}::bigint[])`
  return rows.map(({ id, last_seq, last_recorded_at, head_hash, closed_before }) => ({
    id,
    seqLast: last_seq,
    recordedLast: last_recorded_at,
    hashLast: head_hash,
    closedBefore: closed_before,
  }))
}

/** An account asked for, by the name the merchant gave it. */
export interface Asked {
  readonly book: BookKey
  readonly lane: number
  readonly name: string
}

export interface NamedAccount extends BookKey {
  readonly name: string
  readonly state: AccountState
}

/** The accounts of these names. Stable under their books' locks: nothing else moves them. */
export const loadAccounts = async (sql: Sql, asked: readonly Asked[]): Promise<NamedAccount[]> => {
  const rows = await sql<{
    id: bigint
    merchant: string
    mode: Mode
    public_id: string
    currency: string
    type: AccountType
    status: AccountStatus
    min_available: bigint | null
    max_balance: bigint | null
    posted_credits: bigint
    posted_debits: bigint
    pending_credits: bigint
    pending_debits: bigint
    version: bigint
  }>`
    select a.id, a.merchant, a.mode, a.public_id, a.currency, a.type, a.status, a.min_available, a.max_balance,
      a.posted_credits, a.posted_debits, a.pending_credits, a.pending_debits, a.version
    from unnest(
      ${asked.map(({ lane }) => lane)}::smallint[], ${asked.map(({ book }) => book.merchant)}::text[],
      ${asked.map(({ book }) => book.mode)}::text[], ${asked.map(({ name }) => name)}::text[]
    ) as asked (lane, merchant, mode, public_id)
    join ledger.accounts a
      on a.lane = asked.lane and a.merchant = asked.merchant and a.mode = asked.mode and a.public_id = asked.public_id`
  return rows.map((row) => ({
    merchant: row.merchant,
    mode: row.mode,
    name: row.public_id,
    state: {
      account: row.id,
      currency: row.currency,
      type: row.type,
      status: row.status,
      minAvailable: row.min_available,
      maxBalance: row.max_balance,
      credits: row.posted_credits,
      debits: row.posted_debits,
      pendingCredits: row.pending_credits,
      pendingDebits: row.pending_debits,
      version: row.version,
    },
  }))
}

/** Where those of the references that are recorded stand in their books; see referenceKeyOf. */
export const findSeqsByReferences = (sql: Sql, keys: readonly Buffer[]): Promise<{ book: bigint; seq: bigint }[]> =>
  sql<{ book: bigint; seq: bigint }>`
    select book, seq from ledger.transactions where reference_key = any(${keys}::bytea[])`

/** A transaction that was decided, with the place it goes to. */
export interface Recording extends TransactionWrite {
  readonly lane: number
  readonly book: bigint
}

/** Where a book stood when what follows was decided. */
export interface Standing extends BookPlace {
  readonly seq: bigint
}

/**
 * Writes transactions and entries in one statement; the database's triggers move balances and seqs with them. Takes the
 * locks of the books first (in the order given, which must be sortPlaces's), and nothing is written when one of them
 * stands elsewhere. With them goes, for each book, one row that says which of them are to be told.
 */
export const insertTransactions = async (
  sql: Sql,
  recordings: readonly Recording[],
  standings: readonly Standing[] = [],
): Promise<void> => {
  const of = <T>(member: (recording: Recording) => T): T[] => recordings.map(member)
  const legs = recordings.flatMap(({ lane, book, transaction: { seq }, entries }) =>
    entries.map((write, at) => ({ ...write, lane, book, seq, leg: at + 1 })),
  )
  const stretches = stretchesOf(recordings)
  // All inserts wait for the locks.
  await sql`
    with standing as materialized (
      select ledger.hold_books(
        ${standings.map(({ lane }) => lane)}::smallint[], ${standings.map(({ id }) => id)}::bigint[],
        ${standings.map(({ seq }) => seq)}::bigint[])
    ), recorded as (
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, description, currency, entry_count, fingerprint, metadata, created_at,
          effective_at, booked_at, text_salt, content_hash, hash, kind, parent, expires_at)
      select t.* from standing cross join unnest(
        ${of(({ lane }) => lane)}::smallint[], ${of(({ book }) => book)}::bigint[],
        ${of(({ transaction }) => transaction.seq)}::bigint[], ${of(({ transaction }) => transaction.id)}::text[],
        ${of(({ transaction }) => transaction.reference)}::text[],
        ${of(({ transaction }) => transaction.description)}::text[],
        ${of(({ transaction }) => transaction.currency)}::text[], ${of(({ entries }) => entries.length)}::smallint[],
        ${of(({ transaction }) => transaction.fingerprint)}::bytea[],
        ${of(({ transaction }) => transaction.metadata)}::jsonb[],
        ${of(({ transaction }) => transaction.createdAt)}::timestamptz[],
        ${of(({ transaction }) => transaction.effectiveAt)}::timestamptz[],
        ${of(({ transaction }) => transaction.bookedAt)}::timestamptz[], ${of(({ salt }) => salt)}::bytea[],
        ${of(({ contentHash }) => contentHash)}::bytea[], ${of(({ transaction }) => transaction.hash)}::bytea[],
        ${of(({ transaction }) => transaction.kind)}::text[],
        ${of(({ transaction }) => transaction.parent?.seq ?? null)}::bigint[],
        ${of(({ transaction }) => transaction.expiresAt)}::timestamptz[]) t
    ), untold as (
      insert into ledger.stretches (lane, book, first_seq, last_seq)
      select s.* from standing cross join unnest(
        ${stretches.map(({ lane }) => lane)}::smallint[], ${stretches.map(({ book }) => book)}::bigint[],
        ${stretches.map(({ firstSeq }) => firstSeq)}::bigint[],
        ${stretches.map(({ lastSeq }) => lastSeq)}::bigint[]) s
    )
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version, layer)
    select e.* from standing cross join unnest(
      ${legs.map(({ lane }) => lane)}::smallint[], ${legs.map(({ book }) => book)}::bigint[],
      ${legs.map(({ seq }) => seq)}::bigint[], ${legs.map(({ leg }) => leg)}::smallint[],
      ${legs.map(({ account }) => account)}::bigint[], ${legs.map(({ amount }) => amount)}::numeric[],
      ${legs.map(({ balanceAfter }) => balanceAfter)}::numeric[],
      ${legs.map(({ accountVersion }) => accountVersion)}::bigint[], ${legs.map(({ layer }) => layer)}::text[]) e`
}

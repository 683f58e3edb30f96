import type { Mode } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { StoredTransaction } from '../transactions/transaction.ts'
import type { AccountState, EntryWrite } from './posting.ts'

const lanesOf = (books: readonly BookKey[]): number[] => books.map(laneOf)
const merchantsOf = (books: readonly BookKey[]): string[] => books.map(({ merchant }) => merchant)
const modesOf = (books: readonly BookKey[]): string[] => books.map(({ mode }) => mode)

interface LockedBook extends BookKey {
  readonly book: bigint
  readonly seqLast: bigint
  readonly recordedLast: Date | null
}

/** Takes the locks of those of the books that are open, until the database transaction ends: whoever posts waits here. */
export const lockBooks = async (sql: Sql, books: readonly BookKey[]): Promise<LockedBook[]> => {
  const rows = await sql<{
    id: bigint
    merchant: string
    mode: Mode
    last_seq: bigint
    last_recorded_at: Date | null
  }>`
    select id, merchant, mode, last_seq, last_recorded_at
    from ledger.lock_books(${lanesOf(books)}::smallint[], ${merchantsOf(books)}::text[], ${modesOf(books)}::text[])`
  return rows.map(({ id, merchant, mode, last_seq, last_recorded_at }) => ({
    book: id,
    merchant,
    mode,
    seqLast: last_seq,
    recordedLast: last_recorded_at,
  }))
}

/** Something asked for in a book, by a name the merchant gave it. */
export interface Asked {
  readonly book: BookKey
  readonly name: string
}

export interface NamedAccount extends BookKey {
  readonly name: string
  readonly state: AccountState
}

/** The accounts of these names. Stable under their books' locks: nothing else moves them. */
export const loadAccounts = async (sql: Sql, asked: readonly Asked[]): Promise<NamedAccount[]> => {
  const books = asked.map(({ book }) => book)
  const rows = await sql<{
    id: bigint
    merchant: string
    mode: Mode
    public_id: string
    currency: string
    type: string
    posted_credits: bigint
    posted_debits: bigint
    version: bigint
  }>`
    select a.id, a.merchant, a.mode, a.public_id, a.currency, a.type, a.posted_credits, a.posted_debits, a.version
    from unnest(
      ${lanesOf(books)}::smallint[], ${merchantsOf(books)}::text[], ${modesOf(books)}::text[],
      ${asked.map(({ name }) => name)}::text[]
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
      credits: row.posted_credits,
      debits: row.posted_debits,
      version: row.version,
    },
  }))
}

/** Where those of the references that are recorded stand in their books. */
export const findSeqsByReferences = (
  sql: Sql,
  asked: readonly Asked[],
): Promise<{ merchant: string; mode: Mode; seq: bigint }[]> => {
  const books = asked.map(({ book }) => book)
  return sql<{ merchant: string; mode: Mode; seq: bigint }>`
    select b.merchant, b.mode, t.seq
    from unnest(
      ${lanesOf(books)}::smallint[], ${merchantsOf(books)}::text[], ${modesOf(books)}::text[],
      ${asked.map(({ name }) => name)}::text[]
    ) as asked (lane, merchant, mode, reference_id)
    join ledger.books b on b.lane = asked.lane and b.merchant = asked.merchant and b.mode = asked.mode
    join ledger.transactions t on t.lane = b.lane and t.book = b.id and t.reference_id = asked.reference_id`
}

/** A transaction that was decided, with the place it goes to. */
export interface Recording {
  readonly lane: number
  readonly book: bigint
  readonly transaction: StoredTransaction
  readonly writes: readonly EntryWrite[]
}

/** Writes transactions and entries in one statement; the database's triggers move balances and seqs with them. */
export const insertTransactions = async (sql: Sql, recordings: readonly Recording[]): Promise<void> => {
  const of = <T>(member: (recording: Recording) => T): T[] => recordings.map(member)
  const entries = recordings.flatMap(({ lane, book, transaction: { seq }, writes }) =>
    writes.map((write, at) => ({ ...write, lane, book, seq, leg: at + 1 })),
  )
  await sql`
    with recorded as (
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, description, currency, entry_count, fingerprint, metadata, created_at)
      select * from unnest(
        ${of(({ lane }) => lane)}::smallint[], ${of(({ book }) => book)}::bigint[],
        ${of(({ transaction }) => transaction.seq)}::bigint[], ${of(({ transaction }) => transaction.id)}::text[],
        ${of(({ transaction }) => transaction.reference)}::text[],
        ${of(({ transaction }) => transaction.description)}::text[],
        ${of(({ transaction }) => transaction.currency)}::text[], ${of(({ writes }) => writes.length)}::smallint[],
        ${of(({ transaction }) => transaction.fingerprint)}::bytea[],
        ${of(({ transaction }) => transaction.metadata)}::jsonb[],
        ${of(({ transaction }) => transaction.createdAt)}::timestamptz[])
    )
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version)
    select * from unnest(
      ${entries.map(({ lane }) => lane)}::smallint[], ${entries.map(({ book }) => book)}::bigint[],
      ${entries.map(({ seq }) => seq)}::bigint[], ${entries.map(({ leg }) => leg)}::smallint[],
      ${entries.map(({ account }) => account)}::bigint[], ${entries.map(({ amount }) => amount)}::numeric[],
      ${entries.map(({ balanceAfter }) => balanceAfter)}::numeric[],
      ${entries.map(({ accountVersion }) => accountVersion)}::bigint[])`
}

import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { StoredTransaction } from '../transactions/transaction.ts'
import type { AccountState, EntryWrite } from './posting.ts'

/** Takes the book's lock until the database transaction ends; every posting of the book waits here for its turn. */
export const lockBook = async (
  sql: Sql,
  book: BookKey,
): Promise<{ book: bigint; seqLast: bigint; recordedLast: Date | null } | undefined> => {
  const row = first(
    await sql<{ id: bigint; last_seq: bigint; last_recorded_at: Date | null }>`
    select id, last_seq, last_recorded_at
    from ledger.lock_book(${laneOf(book)}::smallint, ${book.merchant}, ${book.mode})`,
  )
  return row && { book: row.id, seqLast: row.last_seq, recordedLast: row.last_recorded_at }
}

/** The accounts by the names the merchant gave them. Stable under the book's lock: nothing else moves them. */
export const loadAccounts = async (
  sql: Sql,
  book: BookKey,
  ids: readonly string[],
): Promise<Map<string, AccountState>> => {
  const rows = await sql<{
    id: bigint
    public_id: string
    currency: string
    type: string
    posted_credits: bigint
    posted_debits: bigint
    version: bigint
  }>`
    select id, public_id, currency, type, posted_credits, posted_debits, version
    from ledger.accounts
    where lane = ${laneOf(book)} and merchant = ${book.merchant} and mode = ${book.mode} and public_id = any(${ids})`
  return new Map(
    rows.map((row) => [
      row.public_id,
      {
        account: row.id,
        currency: row.currency,
        type: row.type,
        credits: row.posted_credits,
        debits: row.posted_debits,
        version: row.version,
      },
    ]),
  )
}

/** Writes transaction and entries in one statement; the database's triggers move balances and seq with them. */
export const insertTransaction = async (
  sql: Sql,
  { lane, book }: { lane: number; book: bigint },
  { transaction, writes }: { transaction: StoredTransaction; writes: readonly EntryWrite[] },
): Promise<void> => {
  await sql`
    with recorded as (
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, description, currency, entry_count, fingerprint, metadata, created_at)
      values (${lane}, ${book}, ${transaction.seq}, ${transaction.id}, ${transaction.reference}, ${transaction.description},
        ${transaction.currency}, ${writes.length}, ${transaction.fingerprint}, ${transaction.metadata}, ${transaction.createdAt})
    )
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version)
    select ${lane}::smallint, ${book}::bigint, ${transaction.seq}::bigint,
      leg, account, amount, balance_after, account_version
    from unnest(
      ${writes.map((write) => write.account)}::bigint[], ${writes.map((write) => write.amount)}::numeric[],
      ${writes.map((write) => write.balanceAfter)}::numeric[], ${writes.map((write) => write.accountVersion)}::bigint[]
    ) with ordinality as e (account, amount, balance_after, account_version, leg)`
}

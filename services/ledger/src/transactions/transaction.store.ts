import { assert } from '@micro/kernel'
import type { Direction, Layer, Mode, TransactionKind } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { StoredTransaction } from './transaction.ts'

/** Seqs to read, both ends left out. */
export interface SeqRange {
  readonly after: bigint
  readonly before: bigint
  readonly limit: number
}

/** A transaction as it is read, its entries as lists. */
export interface TransactionRow {
  id: string
  mode: Mode
  kind: TransactionKind
  parent: bigint | null
  parent_id: string | null
  reversed_by: string | null
  expires_at: Date | null
  seq: bigint
  reference_id: string
  description: string | null
  currency: string | null
  metadata: Record<string, string>
  created_at: Date
  effective_at: Date
  booked_at: Date | null
  hash: Buffer
  fingerprint: Buffer
  erased_at: Date | null
  erased_reason: string | null
  accounts: string[]
  currencies: string[]
  normal_balances: Direction[]
  layers: Layer[]
  amounts: bigint[]
  nets_after: bigint[]
}

export const toTransaction = (row: TransactionRow): StoredTransaction => ({
  id: row.id,
  mode: row.mode,
  kind: row.kind,
  parent: row.parent === null || row.parent_id === null ? null : { seq: row.parent, id: row.parent_id },
  reversedBy: row.reversed_by,
  expiresAt: row.expires_at,
  seq: row.seq,
  reference: row.reference_id,
  description: row.description,
  currency: row.currency,
  metadata: row.metadata,
  createdAt: row.created_at,
  effectiveAt: row.effective_at,
  bookedAt: row.booked_at,
  hash: row.hash,
  fingerprint: row.fingerprint,
  erased:
    row.erased_at === null || row.erased_reason === null ? undefined : { at: row.erased_at, reason: row.erased_reason },
  entries: row.accounts.map((account, at) => {
    const [currency, normalBalance] = [row.currencies[at], row.normal_balances[at]]
    const [amount, netAfter, layer] = [row.amounts[at], row.nets_after[at], row.layers[at]]
    assert(
      currency !== undefined && normalBalance !== undefined,
      `transaction ${row.id} lacks the account of entry ${at}`,
    )
    assert(
      amount !== undefined && netAfter !== undefined && layer !== undefined,
      `transaction ${row.id} lacks the amount of entry ${at}`,
    )
    return { account, currency, normalBalance, amount, layer, netAfter }
  }),
})

/** The transactions at these places of the book, each with its entries, in the order asked for. */
export const loadTransactions = async (
  sql: Sql,
  book: BookKey,
  seqs: readonly bigint[],
): Promise<StoredTransaction[]> => {
  if (seqs.length === 0) return []
  const rows = await sql<TransactionRow>`
    select t.id, t.seq, t.reference_id, t.description, t.currency, t.metadata, t.created_at, t.effective_at, t.booked_at,
      t.hash, t.fingerprint, t.kind, t.parent, t.expires_at, b.mode, x.erased_at, x.reason as erased_reason, e.*,
      (select p.id from ledger.transactions p where p.lane = t.lane and p.book = t.book and p.seq = t.parent) as parent_id,
      (select r.id from ledger.transactions r
        where r.lane = t.lane and r.book = t.book and r.parent = t.seq and r.kind = 'reversal') as reversed_by
    from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    left join ledger.erasures x on x.lane = t.lane and x.book = t.book and x.seq = t.seq
    cross join lateral (
      select array_agg(a.public_id order by e.leg) as accounts, array_agg(a.currency order by e.leg) as currencies,
        array_agg(a.normal_balance order by e.leg) as normal_balances, array_agg(e.amount order by e.leg) as amounts,
        array_agg(e.balance_after order by e.leg) as nets_after, array_agg(e.layer order by e.leg) as layers
      from ledger.entries e
      join ledger.accounts a on a.lane = e.lane and a.book = e.book and a.id = e.account
      where e.lane = t.lane and e.book = t.book and e.seq = t.seq
    ) e
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and t.seq = any(${seqs}::bigint[])
    order by array_position(${seqs}::bigint[], t.seq)`
  return rows.map(toTransaction)
}

/** How many entries each of the transactions at these places has, in the order asked for. */
export const countEntriesAt = async (sql: Sql, book: BookKey, seqs: readonly bigint[]): Promise<number[]> =>
  (
    await sql<{ entry_count: number }>`
    select t.entry_count from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and t.seq = any(${seqs}::bigint[])
    order by array_position(${seqs}::bigint[], t.seq)`
  ).map(({ entry_count }) => entry_count)

export const findSeqById = async (sql: Sql, book: BookKey, id: string): Promise<bigint | undefined> =>
  first(
    await sql<{ seq: bigint }>`
    select t.seq from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and t.id = ${id}`,
  )?.seq

export const findSeqByReference = async (sql: Sql, book: BookKey, reference: string): Promise<bigint | undefined> =>
  first(
    await sql<{ seq: bigint }>`
    select t.seq from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and t.reference_key = substr(sha256(int8send(b.id) || replace(${reference}, '\\', '\\\\')::bytea), 1, 16)`,
  )?.seq

/** The last seq recorded before a time; 0 when there is none, or no book. */
export const findSeqBefore = async (sql: Sql, book: BookKey, time: Date): Promise<bigint> =>
  first(
    await sql<{ seq: bigint }>`
    select ledger.seq_before(b.lane, b.id, ${time}::timestamptz) as seq from ledger.books b
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}`,
  )?.seq ?? 0n

const seqsOf = (rows: readonly { seq: bigint }[]): bigint[] => rows.map(({ seq }) => seq)

export const listSeqsDown = async (sql: Sql, book: BookKey, range: SeqRange): Promise<bigint[]> =>
  seqsOf(
    await sql<{ seq: bigint }>`
    select t.seq from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and t.seq > ${range.after} and t.seq < ${range.before}
    order by t.seq desc limit ${range.limit}`,
  )

export const listSeqsUp = async (sql: Sql, book: BookKey, range: SeqRange): Promise<bigint[]> =>
  seqsOf(
    await sql<{ seq: bigint }>`
    select t.seq from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and t.seq > ${range.after} and t.seq < ${range.before}
    order by t.seq limit ${range.limit}`,
  )

/** As listSeqsDown, of the transactions with an entry on the account. */
export const listAccountSeqsDown = async (
  sql: Sql,
  book: BookKey,
  account: string,
  range: SeqRange,
): Promise<bigint[]> =>
  seqsOf(
    await sql<{ seq: bigint }>`
    select distinct e.seq from ledger.accounts a
    join ledger.entries e on e.lane = a.lane and e.account = a.id
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
      and e.seq > ${range.after} and e.seq < ${range.before}
    order by e.seq desc limit ${range.limit}`,
  )

/** As listSeqsUp, of the transactions with an entry on the account. */
export const listAccountSeqsUp = async (sql: Sql, book: BookKey, account: string, range: SeqRange): Promise<bigint[]> =>
  seqsOf(
    await sql<{ seq: bigint }>`
    select distinct e.seq from ledger.accounts a
    join ledger.entries e on e.lane = a.lane and e.account = a.id
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
      and e.seq > ${range.after} and e.seq < ${range.before}
    order by e.seq limit ${range.limit}`,
  )

import type { Mode } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { StoredCheckpoint } from './checkpoint.ts'

export interface Head {
  readonly seq: bigint
  readonly hash: Buffer
  readonly recordedAt: Date
}

/** The book's newest transaction, as book and transaction agree on it; undefined without one. */
export const findHead = async (sql: Sql, book: BookKey): Promise<Head | undefined> => {
  const row = first(
    await sql<{ seq: bigint; hash: Buffer; created_at: Date }>`
    select t.seq, t.hash, t.created_at from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id and t.seq = b.last_seq and t.hash = b.head_hash
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}`,
  )
  return row && { seq: row.seq, hash: row.hash, recordedAt: row.created_at }
}

interface CheckpointRow {
  id: string
  mode: Mode
  seq: bigint
  hash: Buffer
  recorded_at: Date
  key_id: string
  token: string
  automatic: boolean
  created_at: Date
}

const toCheckpoint = ({ recorded_at, key_id, created_at, ...row }: CheckpointRow): StoredCheckpoint => ({
  ...row,
  recordedAt: recorded_at,
  keyId: key_id,
  createdAt: created_at,
})

/** Keeps the checkpoint, unless the book has one of that seq. */
export const insertCheckpoint = async (sql: Sql, book: BookKey, checkpoint: StoredCheckpoint): Promise<boolean> => {
  const { id, seq, hash, recordedAt, keyId, token, automatic, createdAt } = checkpoint
  const rows = await sql`
    insert into ledger.checkpoints
      (lane, book, seq, id, hash, recorded_at, key_id, token, automatic, created_at)
    select b.lane, b.id, ${seq}::bigint, ${id}, ${hash}::bytea, ${recordedAt}::timestamptz, ${keyId}, ${token},
      ${automatic}::boolean, ${createdAt}::timestamptz
    from ledger.books b
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
    on conflict (lane, book, seq) do nothing
    returning seq`
  return rows.length === 1
}

export const findCheckpointAt = async (sql: Sql, book: BookKey, seq: bigint): Promise<StoredCheckpoint | undefined> => {
  const row = first(
    await sql<CheckpointRow>`
    select c.id, b.mode, c.seq, c.hash, c.recorded_at, c.key_id, c.token, c.automatic, c.created_at
    from ledger.books b
    join ledger.checkpoints c on c.lane = b.lane and c.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and c.seq = ${seq}`,
  )
  return row && toCheckpoint(row)
}

export const findCheckpoint = async (sql: Sql, book: BookKey, id: string): Promise<StoredCheckpoint | undefined> => {
  const row = first(
    await sql<CheckpointRow>`
    select c.id, b.mode, c.seq, c.hash, c.recorded_at, c.key_id, c.token, c.automatic, c.created_at
    from ledger.books b
    join ledger.checkpoints c on c.lane = b.lane and c.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and c.id = ${id}`,
  )
  return row && toCheckpoint(row)
}

interface Range {
  readonly after: bigint
  readonly before: bigint
  readonly limit: number
}

export const listCheckpointsDown = async (sql: Sql, book: BookKey, range: Range): Promise<StoredCheckpoint[]> => {
  const rows = await sql<CheckpointRow>`
    select c.id, b.mode, c.seq, c.hash, c.recorded_at, c.key_id, c.token, c.automatic, c.created_at
    from ledger.books b
    join ledger.checkpoints c on c.lane = b.lane and c.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and c.seq > ${range.after} and c.seq < ${range.before}
    order by c.seq desc limit ${range.limit}`
  return rows.map(toCheckpoint)
}

export const listCheckpointsUp = async (sql: Sql, book: BookKey, range: Range): Promise<StoredCheckpoint[]> => {
  const rows = await sql<CheckpointRow>`
    select c.id, b.mode, c.seq, c.hash, c.recorded_at, c.key_id, c.token, c.automatic, c.created_at
    from ledger.books b
    join ledger.checkpoints c on c.lane = b.lane and c.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and c.seq > ${range.after} and c.seq < ${range.before}
    order by c.seq limit ${range.limit}`
  return rows.map(toCheckpoint)
}

/** A book of anybody's, by its place. */
export interface BookAt extends BookKey {
  readonly lane: number
  readonly id: bigint
}

/**
 * The next books, of all merchants, with news that is due to be signed: so many transactions since the last
 * checkpoint, or any when that one, or the book, is older than `before`.
 */
export const listDueBooks = (
  sql: Sql,
  due: { transactions: number; before: Date; after: { lane: number; id: bigint }; limit: number },
) => sql<BookAt>`
  select b.lane, b.id, b.merchant, b.mode from ledger.books b
  left join lateral (
    select c.seq, c.created_at from ledger.checkpoints c
    where c.lane = b.lane and c.book = b.id order by c.seq desc limit 1
  ) c on true
  where (b.lane, b.id) > (${due.after.lane}::smallint, ${due.after.id}::bigint) and b.last_seq > coalesce(c.seq, 0)
    and (b.last_seq - coalesce(c.seq, 0) >= ${due.transactions}::bigint
      or coalesce(c.created_at, b.created_at) <= ${due.before}::timestamptz)
  order by b.lane, b.id limit ${due.limit}`

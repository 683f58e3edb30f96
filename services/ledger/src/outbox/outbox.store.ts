import type { TransactionKind } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { OutboxRow } from '@micro/service'
import type { Stretch } from './stretch.ts'

/** A stretch that is still to be told. */
export interface Untold extends Stretch {
  readonly id: bigint
}

export const listStretches = (sql: Sql, limit: number): Promise<Untold[]> => sql<Untold>`
  select id, lane, book, first_seq as "firstSeq", last_seq as "lastSeq" from ledger.stretches order by id limit ${limit}`

export const listRows = (sql: Sql, limit: number): Promise<OutboxRow[]> => sql<OutboxRow>`
  select id, event_id, merchant, mode, type, created_at, request_id, idempotency_key, object, previous_attributes
  from ledger.outbox order by id limit ${limit}`

/** A transaction of a stretch that is to be told. */
export interface Head {
  readonly stretch: bigint
  readonly lane: number
  readonly book: bigint
  readonly seq: bigint
  readonly kind: TransactionKind
  readonly parent: bigint | null
  /** Its entries, and those of the transaction it follows. */
  readonly weight: number
}

/** What of the stretches is to be told, in their order: see `isTold`. */
export const listHeads = (sql: Sql, stretches: readonly Untold[]): Promise<Head[]> => sql<Head>`
  select s.id as stretch, s.lane, s.book, t.seq, t.kind, t.parent,
    t.entry_count + coalesce(p.entry_count, 0) as weight
  from unnest(
    ${stretches.map(({ id }) => id)}::bigint[], ${stretches.map(({ lane }) => lane)}::smallint[],
    ${stretches.map(({ book }) => book)}::bigint[], ${stretches.map(({ firstSeq }) => firstSeq)}::bigint[],
    ${stretches.map(({ lastSeq }) => lastSeq)}::bigint[]
  ) with ordinality as s (id, lane, book, first_seq, last_seq, nth)
  cross join lateral (
    select * from ledger.transactions t
    where t.lane = s.lane and t.book = s.book and t.seq between s.first_seq and s.last_seq
      and (t.kind = 'expire' or not starts_with(t.reference_id, 'micro:'))
    offset 0 -- looks them up by their key, where a join might begin with all transactions there are
  ) t
  left join lateral (
    select * from ledger.transactions p where p.lane = t.lane and p.book = t.book and p.seq = t.parent offset 0
  ) p on true
  order by s.nth, t.seq`

/** How far stretches were told: up to and with this seq. */
export interface Told {
  readonly stretch: bigint
  readonly seq: bigint
}

/** Cuts off of stretches what was told, and deletes those that were told whole. How many it found. */
export const cutStretches = async (sql: Sql, told: readonly Told[]): Promise<number> => {
  if (told.length === 0) return 0
  const ids = told.map(({ stretch }) => stretch)
  const seqs = told.map(({ seq }) => seq)
  const [deleted, cut] = await Promise.all([
    sql`
    delete from ledger.stretches s using unnest(${ids}::bigint[], ${seqs}::bigint[]) as told (id, seq)
    where s.id = told.id and s.last_seq <= told.seq returning s.id`,
    sql`
    update ledger.stretches s set first_seq = told.seq + 1
    from unnest(${ids}::bigint[], ${seqs}::bigint[]) as told (id, seq)
    where s.id = told.id and s.first_seq <= told.seq and s.last_seq > told.seq returning s.id`,
  ])
  return deleted.length + cut.length
}

export const deleteRows = async (sql: Sql, ids: readonly bigint[]): Promise<number> =>
  ids.length === 0 ? 0 : (await sql`delete from ledger.outbox where id = any(${ids}::bigint[]) returning id`).length

const measuredMax = 10_000

/** How much waits to be told, and since when, by the database's clock. Bounded, however much it is. */
export const measureUntold = async (sql: Sql): Promise<{ rows: number; oldestSeconds: number }> => {
  const [found] = await sql<{ rows: bigint; seconds: number }>`
    select least(coalesce(sum(transactions), 0), ${measuredMax})::bigint as rows,
      coalesce(extract(epoch from clock_timestamp() - min(created_at))::float8, 0) as seconds
    from (
      (select created_at, 1 as transactions from ledger.outbox order by id limit ${measuredMax}) union all
      (select created_at, last_seq - first_seq + 1 from ledger.stretches order by id limit ${measuredMax})
    ) as waiting`
  return { rows: Number(found?.rows ?? 0), oldestSeconds: Math.max(0, found?.seconds ?? 0) }
}

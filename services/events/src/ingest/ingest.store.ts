import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import { relationsOf, type EventRow } from '../event/event.ts'
import type { DeadLetter, Known } from './ingest.ts'

export interface Lease {
  readonly source: string
  readonly holder: string
  readonly epoch: bigint
  /** When it was taken or renewed, by the database's clock. */
  readonly at: Date
}

/**
 * Takes a free or lapsed lease, or renews one's own; undefined while another holds it. By the database's clock alone: one
 * that ends later than any lease may was taken before that was set back, by whoever renews it if it still lives.
 */
export const takeLease = async (
  sql: Sql,
  { source, holder, leaseMs }: { source: string; holder: string; leaseMs: number },
): Promise<Lease | undefined> => {
  const taken = first(
    await sql<{ epoch: bigint; at: Date }>`
    insert into events.sources as own (name, holder, leased_until, epoch)
    values (${source}, ${holder}, clock_timestamp() + ${leaseMs} * interval '1 millisecond', 1)
    on conflict (name) do update
    set holder = excluded.holder,
        leased_until = excluded.leased_until,
        epoch = case when own.holder = excluded.holder then own.epoch else own.epoch + 1 end
    where own.holder = excluded.holder
      or own.leased_until not between clock_timestamp() and clock_timestamp() + interval '2 minutes'
    returning epoch, clock_timestamp() as at`,
  )
  return taken && { source, holder, ...taken }
}

/**
 * Locks one's own lease to the end of the database transaction: nobody takes over in between. A lapsed lease that
 * nobody took is still held, or a slow source could never be read.
 */
export const lockLease = async (sql: Sql, { source, holder, epoch }: Lease): Promise<boolean> => {
  const rows = await sql`
    select name from events.sources
    where name = ${source} and holder = ${holder} and epoch = ${epoch}
    for update`
  return rows.length === 1
}

/** Lets another reader take over at once instead of after the lease has run out. */
export const releaseLease = (sql: Sql, { source, holder }: Pick<Lease, 'source' | 'holder'>) => sql`
  update events.sources set leased_until = clock_timestamp() - interval '1 millisecond'
  where name = ${source} and holder = ${holder}`

/** Notes that nothing that was stored before then waits for its acknowledgement. Until then it cannot leave. */
export const noteDrained = (sql: Sql, { source, at }: Pick<Lease, 'source' | 'at'>) => sql`
  update events.sources set drained_at = greatest(drained_at, ${at}::timestamptz) where name = ${source}`

/** Which of these ids are stored. Across merchants, since an id names one event in all the world. */
export const selectKnown = (sql: Sql, ids: readonly string[]) => sql<Known>`
  select known.* from (select ${ids}::text[] as ids offset 0) as told, unnest(told.ids) as one (id)
  cross join lateral (
    select id, merchant, mode, source from events.events where id = one.id offset 0
  ) as known`

/** Raises the heads by as many seqs as each tenant needs. The rows are locked in (merchant, mode) order, so nobody deadlocks. */
export const raiseHeads = (
  sql: Sql,
  tenants: readonly (Tenant & { readonly arrivals: { readonly length: number } })[],
) => sql<{
  merchant: string
  mode: string
  last_seq: bigint
}>`
  insert into events.heads as head (merchant, mode, last_seq)
  select merchant, mode, added
  from unnest(
    ${tenants.map((tenant) => tenant.merchant)}::text[], ${tenants.map((tenant) => tenant.mode)}::text[],
    ${tenants.map((tenant) => tenant.arrivals.length)}::bigint[]
  ) as tenant (merchant, mode, added)
  order by merchant collate "C", mode collate "C"
  on conflict (merchant, mode) do update set last_seq = head.last_seq + excluded.last_seq
  returning merchant, mode, last_seq`

export const insertEvents = (sql: Sql, source: string, events: readonly EventRow[]) => {
  const relations = events.map(({ object }) => relationsOf(object))
  return sql`
  insert into events.events
    (merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object, object_id, payment_intent,
      customer, source)
  select *, ${source}::text
  from unnest(
    ${events.map((event) => event.merchant)}::text[], ${events.map((event) => event.mode)}::text[],
    ${events.map((event) => event.seq)}::bigint[], ${events.map((event) => event.id)}::text[],
    ${events.map((event) => event.type)}::text[], ${events.map((event) => event.api_version)}::text[],
    ${events.map((event) => event.created_at)}::timestamptz[], ${events.map((event) => event.request_id)}::text[],
    ${events.map((event) => event.idempotency_key)}::text[], ${events.map((event) => event.object)}::json[],
    ${relations.map((each) => each.object_id)}::text[], ${relations.map((each) => each.payment_intent)}::text[],
    ${relations.map((each) => each.customer)}::text[]
  )`
}

/** To how many webhook endpoints each of these is to be delivered, of all merchants; those to none are left out. */
export const countPending = (sql: Sql, events: readonly Pick<EventRow, 'merchant' | 'mode' | 'seq'>[]) => sql<{
  merchant: string
  mode: string
  seq: bigint
  pending: bigint
}>`
  select merchant, mode, seq, count(*) as pending
  from events.deliveries
  join unnest(
    ${events.map((event) => event.merchant)}::text[], ${events.map((event) => event.mode)}::text[],
    ${events.map((event) => event.seq)}::bigint[]
  ) as stored (merchant, mode, seq) using (merchant, mode, seq)
  where status = 'pending'
  group by merchant, mode, seq`

export const insertDeadLetters = (sql: Sql, source: string, letters: readonly DeadLetter[]) => sql`
  insert into events.dead_letters (source, position, event_id, reason, content)
  select ${source}::text, * from unnest(
    ${letters.map((letter) => letter.position)}::text[], ${letters.map((letter) => letter.event_id)}::text[],
    ${letters.map((letter) => letter.reason)}::text[], ${letters.map((letter) => letter.content)}::text[]
  )
  on conflict do nothing`

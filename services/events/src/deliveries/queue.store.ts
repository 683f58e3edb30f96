import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { EventRow } from '../event/event.ts'
import type { EndpointRow } from '../webhook-endpoints/webhook-endpoint.ts'
import type { Room } from './room.ts'
import type { Wait } from './schedule.ts'

/** A delivery that is this process's to make, with all that making it takes. */
export interface LeasedRow extends Tenant {
  readonly id: string
  readonly attempts: number
  readonly tries: number
  readonly manual: boolean
  readonly pending: bigint
  readonly endpoint: Pick<
    EndpointRow,
    'id' | 'url' | 'api_version' | 'secret' | 'previous_secret' | 'signature' | 'timeout_seconds'
  > & { readonly previous_secret_until: string | null; readonly failing: boolean }
  readonly event: Omit<EventRow, 'merchant' | 'mode' | 'seq' | 'object' | 'created_at'>
  readonly event_seq: bigint
  readonly event_created_at: Date
  readonly event_object: Record<string, unknown>
  /** Its endpoint got all that came to it, and may have more due. */
  readonly cut: boolean
}

/** As the columns that `unnest` makes rows of. */
const columnsOf = (begun: Room['begun']) => ({
  merchants: begun.map(({ merchant }) => merchant),
  modes: begun.map(({ mode }) => mode),
  totals: begun.map(({ total }) => total),
  failings: begun.map(({ failing }) => failing),
})

/**
 * Locks endpoints of all merchants that have something due and room for it, in turns: of each merchant and mode the one
 * first whose oldest has waited longest. Who finds one locked leaves it to the other process. What is under way there is
 * counted afterwards, by a statement of its own: only that sees what the one who held the lock before has leased.
 *
 * No lease is longer than a minute: one that ends later was made before the clock was set back, as was a rate's measure of
 * the future. Neither counts, or what a process left behind would wait as long as the clock was set back.
 */
export const lockAsking = (sql: Sql, { now, room }: { now: Date; room: Room }) => {
  const { merchants, modes, totals, failings } = columnsOf(room.begun)
  return sql<{ id: string }>`
  with recursive waiting (endpoint) as (
    -- From endpoint to endpoint along the index: a long queue of one is not read.
    (select endpoint from events.deliveries where status = 'pending' order by endpoint limit 1)
    union all
    select (select endpoint from events.deliveries
            where status = 'pending' and endpoint > waiting.endpoint order by endpoint limit 1)
    from waiting where waiting.endpoint is not null
  ),
  asking as (
    -- Looked at once more when they are locked.
    select id, failing from (
      select turns.*, row_number() over (partition by failing order by turn, next_attempt_at) as place
      from (
        select endpoint.id, endpoint.failing_since is not null as failing, first.next_attempt_at,
          row_number() over (
            partition by endpoint.merchant, endpoint.mode, endpoint.failing_since is not null
            order by first.next_attempt_at) as turn,
          least(coalesce(begun.total, ${room.each.total}::int), case when endpoint.failing_since is not null
            then coalesce(begun.failing, ${room.each.failing}::int) end) as tenant_free
        from waiting
        join events.webhook_endpoints endpoint on endpoint.id = waiting.endpoint
        left join unnest(${merchants}::text[], ${modes}::text[], ${totals}::int[], ${failings}::int[])
          as begun (merchant, mode, total, failing)
          on begun.merchant = endpoint.merchant and begun.mode = endpoint.mode
        cross join lateral (
          select each.next_attempt_at from events.deliveries each
          where each.endpoint = endpoint.id and each.status = 'pending' and each.next_attempt_at <= ${now}
            and (each.lease is null
          or each.leased_until not between clock_timestamp() and clock_timestamp() + interval '1 minute')
            and (not endpoint.in_order or each.seq = (
              select min(head.seq) from events.deliveries head
              where head.endpoint = endpoint.id and head.status = 'pending'))
          order by each.next_attempt_at, each.seq
          limit 1
        ) first
        where endpoint.status = 'enabled' and endpoint.deleted_at is null
          and case when endpoint.in_order or endpoint.failing_since is not null then 1 else endpoint.concurrency end > (
            select count(*) from events.deliveries busy
            where busy.endpoint = endpoint.id and busy.lease is not null
          and busy.leased_until between clock_timestamp() and clock_timestamp() + interval '1 minute')
          and (endpoint.rate is null or endpoint.rate_at is null or endpoint.rate_at > clock_timestamp()
            or endpoint.rate_left + endpoint.rate * extract(epoch from clock_timestamp() - endpoint.rate_at) >= 1)
      ) turns
      where turn <= tenant_free
    ) queued
    where place <= case when failing then ${room.failing}::int else ${room.total}::int end
  )
  select id from events.webhook_endpoints
  where id in (select id from asking) and status = 'enabled' and deleted_at is null
  for no key update skip locked`
}

/**
 * Leases what is due of endpoints that are locked, in turns: the first of each merchant and mode, then the second, and so
 * on; theirs are in turn the first of each of its endpoints, then the second. Nobody has more under way than is theirs of
 * the room; an endpoint no more than it allows, one that fails a single request, one in strict order the first that
 * waits. A lease lasts as long as an answer is waited for, and `marginMs` longer.
 */
export const leaseDue = (
  sql: Sql,
  given: { endpoints: readonly string[]; lease: string; marginMs: number; now: Date; room: Room },
) => {
  const { endpoints, lease, marginMs, now, room } = given
  const { merchants, modes, totals, failings } = columnsOf(room.begun)
  return sql<LeasedRow>`
  with open as materialized (
    select * from events.webhook_endpoints where id = any(${endpoints}::text[])
  ),
  tenants as materialized (
    select open.merchant, open.mode, count(*) as endpoints, ceil(${room.total}::float8 / count(*) over ()) as share,
      coalesce(min(begun.total), ${room.each.total}::int) as tenant_free,
      coalesce(min(begun.failing), ${room.each.failing}::int) as tenant_failing_free
    from open
    left join unnest(${merchants}::text[], ${modes}::text[], ${totals}::int[], ${failings}::int[])
      as begun (merchant, mode, total, failing) using (merchant, mode)
    group by open.merchant, open.mode
  ),
  able as materialized (
    select open.*, tenant_free, tenant_failing_free, failing_since is not null as failing,
      case when rate_at > clock_timestamp() then rate when rate is not null then
        least(rate, coalesce(rate_left + rate * extract(epoch from clock_timestamp() - rate_at), rate))
      end as rate_now,
      case when in_order or failing_since is not null then 1 else concurrency end - (
        select count(*) from events.deliveries busy
        where busy.endpoint = open.id and busy.lease is not null
          and busy.leased_until between clock_timestamp() and clock_timestamp() + interval '1 minute'
      ) as free,
      -- As much of the room as comes to each: no more is locked than will be taken.
      ceil(least(tenants.share, tenant_free) / tenants.endpoints) as share
    from open join tenants using (merchant, mode)
  ),
  due as (
    select able.id as endpoint, able.failing, able.tenant_free, able.tenant_failing_free, picked.*
    from able cross join lateral (
      select each.merchant, each.mode, each.id, each.seq, each.next_attempt_at
      from events.deliveries each
      where each.endpoint = able.id and each.status = 'pending' and each.next_attempt_at <= ${now}
        and (each.lease is null
          or each.leased_until not between clock_timestamp() and clock_timestamp() + interval '1 minute')
        and (not able.in_order or each.seq = (
          select min(head.seq) from events.deliveries head where head.endpoint = able.id and head.status = 'pending'))
      order by each.next_attempt_at, each.seq
      limit greatest(0, least(able.free, coalesce(floor(able.rate_now), able.free), able.share))
      for update skip locked
    ) picked
  ),
  turns as (
    select due.*, row_number() over (partition by endpoint order by next_attempt_at, seq) as turn from due
  ),
  tenant_turns as (
    select *, row_number() over (partition by merchant, mode order by turn, next_attempt_at, seq) as tenant_turn
    from (
      select turns.*,
        row_number() over (partition by merchant, mode, failing order by turn, next_attempt_at, seq) as tenant_place
      from turns
    ) of_tenant
    where not failing or tenant_place <= tenant_failing_free
  ),
  chosen as (
    select * from (
      select tenant_turns.*,
        row_number() over (partition by failing order by tenant_turn, next_attempt_at, seq) as place
      from tenant_turns
      where tenant_turn <= tenant_free
    ) placed
    where not failing or place <= ${room.failing}
    order by tenant_turn, next_attempt_at, seq
    limit ${room.total}
  ),
  spent as (
    update events.webhook_endpoints endpoint
    set rate_left = able.rate_now - (select count(*) from chosen where chosen.endpoint = able.id),
      rate_at = clock_timestamp()
    from able
    where endpoint.merchant = able.merchant and endpoint.mode = able.mode and endpoint.id = able.id
      and able.rate is not null and able.id in (select endpoint from chosen)
  ),
  leased as (
    update events.deliveries delivery
    set lease = ${lease}, leased_until = clock_timestamp() + able.timeout_seconds * interval '1 second'
      + ${marginMs} * interval '1 millisecond'
    from chosen join able on able.id = chosen.endpoint
    where delivery.merchant = chosen.merchant and delivery.mode = chosen.mode and delivery.id = chosen.id
    returning delivery.*, chosen.turn, chosen.turn >= able.share as cut
  )
  select leased.merchant, leased.mode, leased.id, leased.attempts, leased.tries, leased.manual, leased.cut,
    (select count(*) from events.deliveries other
     where other.merchant = leased.merchant and other.mode = leased.mode and other.seq = leased.seq
       and other.status = 'pending') as pending,
    json_build_object('id', able.id, 'url', able.url, 'api_version', able.api_version, 'secret', able.secret,
      'previous_secret', able.previous_secret, 'previous_secret_until', able.previous_secret_until,
      'signature', able.signature, 'timeout_seconds', able.timeout_seconds, 'failing', able.failing) as endpoint,
    json_build_object('id', event.id, 'type', event.type, 'api_version', event.api_version,
      'request_id', event.request_id, 'idempotency_key', event.idempotency_key) as event,
    event.seq as event_seq, event.created_at as event_created_at, event.object as event_object
  from leased
  join able on able.id = leased.endpoint
  join events.events event
    on event.merchant = leased.merchant and event.mode = leased.mode and event.seq = leased.seq
  order by leased.turn, leased.seq`
}

/** Gives a lease back unused: it is due at once, for whoever comes next. */
export const giveBack = (sql: Sql, { merchant, mode }: Tenant, { id, lease }: { id: string; lease: string }) => sql`
  update events.deliveries set lease = null, leased_until = null
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and lease = ${lease}`

/** The worker's, of all merchants: gives up what waits for endpoints that are no more, or disabled. How many. */
export const giveUpUnreachable = async (sql: Sql, limit: number): Promise<number> => {
  const rows = await sql`
    with stranded as (
      select delivery.merchant, delivery.mode, delivery.id, endpoint.deleted_at
      from events.webhook_endpoints endpoint
      join events.deliveries delivery
        on delivery.endpoint = endpoint.id and delivery.status = 'pending' and (delivery.lease is null
          or delivery.leased_until not between clock_timestamp() and clock_timestamp() + interval '1 minute')
      where endpoint.status = 'disabled' or endpoint.deleted_at is not null
      limit ${limit}
      for update of delivery skip locked
    )
    update events.deliveries delivery
    set status = 'failed', next_attempt_at = null, lease = null, leased_until = null,
      last_error = case when stranded.deleted_at is null then 'the endpoint is disabled' else 'the endpoint is deleted' end
    from stranded
    where delivery.merchant = stranded.merchant and delivery.mode = stranded.mode and delivery.id = stranded.id
    returning delivery.id`
  return rows.length
}

/**
 * The worker's, of all merchants: what waits longer than the schedule has it wait waits as long as that, from now on. How
 * many.
 */
export const bringForward = async (
  sql: Sql,
  { waits, now, limit }: { waits: readonly Wait[]; now: Date; limit: number },
): Promise<number> => {
  const rows = await sql`
    with ahead as (
      select delivery.merchant, delivery.mode, delivery.id, longest.due
      from events.deliveries delivery
      join (
        select mode, tries, ${now}::timestamptz + ms * interval '1 millisecond' as due
        from unnest(
          ${waits.map(({ mode }) => mode)}::text[], ${waits.map(({ tries }) => tries)}::int[],
          ${waits.map(({ ms }) => ms)}::bigint[]
        ) as wait (mode, tries, ms)
      ) as longest using (mode, tries)
      where delivery.status = 'pending' and delivery.next_attempt_at > longest.due
      limit ${limit}
      for update of delivery skip locked
    )
    update events.deliveries delivery set next_attempt_at = ahead.due
    from ahead
    where delivery.merchant = ahead.merchant and delivery.mode = ahead.mode and delivery.id = ahead.id
    returning delivery.id`
  return rows.length
}

import type { Sql } from '@micro/postgres'
import type { AttemptRow } from './delivery.ts'
import type { Fare } from './fare.ts'
import type { Result } from './result.ts'

/** Records requests, whatever became of the leases under which they were made. */
export const insertAttempts = (sql: Sql, attempts: readonly AttemptRow[]) => sql`
  insert into events.delivery_attempts (
    merchant, mode, id, delivery, endpoint, number, manual, api_version, pending, url, request_headers, status, error,
    response_headers, response_body, response_truncated, duration_ms, started_at)
  select * from unnest(
    ${attempts.map((each) => each.merchant)}::text[], ${attempts.map((each) => each.mode)}::text[],
    ${attempts.map((each) => each.id)}::text[], ${attempts.map((each) => each.delivery)}::text[],
    ${attempts.map((each) => each.endpoint)}::text[], ${attempts.map((each) => each.number)}::int[], ${attempts.map((each) => each.manual)}::bool[],
    ${attempts.map((each) => each.api_version)}::text[], ${attempts.map((each) => each.pending)}::int[],
    ${attempts.map((each) => each.url)}::text[], ${attempts.map((each) => each.request_headers)}::json[],
    ${attempts.map((each) => each.status)}::int[], ${attempts.map((each) => each.error)}::text[],
    ${attempts.map((each) => each.response_headers)}::json[], ${attempts.map((each) => each.response_body)}::text[],
    ${attempts.map((each) => each.response_truncated)}::bool[], ${attempts.map((each) => each.duration_ms)}::int[],
    ${attempts.map((each) => each.started_at)}::timestamptz[])`

/**
 * Ends leases with what the requests came to, one for each delivery. Nothing happens to one whose lease is another's by
 * now: whatever that one does then counts, unless this one got through, which nothing undoes.
 */
export const settleDeliveries = (sql: Sql, results: readonly Result[]) => sql`
  update events.deliveries delivery set
    status = result.status, attempts = greatest(delivery.attempts, result.attempts), tries = result.tries,
    next_attempt_at = result.next_attempt_at, last_status = result.last_status, last_error = result.last_error,
    lease = null, leased_until = null,
    delivered_at = case when result.status = 'delivered' then coalesce(delivery.delivered_at, result.now)
      else delivery.delivered_at end
  from unnest(
    ${results.map(({ row }) => row.merchant)}::text[], ${results.map(({ row }) => row.mode)}::text[],
    ${results.map(({ row }) => row.id)}::text[], ${results.map(({ lease }) => lease)}::uuid[],
    ${results.map(({ outcome }) => outcome.status)}::text[], ${results.map(({ outcome }) => outcome.attempts)}::int[],
    ${results.map(({ outcome }) => outcome.tries)}::int[],
    ${results.map(({ outcome }) => outcome.next_attempt_at)}::timestamptz[],
    ${results.map(({ outcome }) => outcome.last_status)}::int[],
    ${results.map(({ outcome }) => outcome.last_error)}::text[], ${results.map(({ now }) => now)}::timestamptz[]
  ) as result (merchant, mode, id, lease, status, attempts, tries, next_attempt_at, last_status, last_error, now)
  where delivery.merchant = result.merchant and delivery.mode = result.mode and delivery.id = result.id
    and delivery.status = 'pending' and (delivery.lease = result.lease or result.status = 'delivered')`

/**
 * Notes how endpoints fare: since when there were only failed requests, and how many. Those that fail are told. Locked in
 * the order of their ids, so that nobody deadlocks; one that all is well with is not locked at all.
 */
export const noteFares = (sql: Sql, fares: readonly Fare[]) => sql<{
  id: string
  failing_since: Date | null
  failures: number
}>`
  with locked as materialized (
    select endpoint.merchant, endpoint.mode, endpoint.id, fare.got_through, fare.failures, fare.since
    from unnest(
      ${fares.map(({ merchant }) => merchant)}::text[], ${fares.map(({ mode }) => mode)}::text[],
      ${fares.map(({ endpoint }) => endpoint)}::text[], ${fares.map(({ gotThrough }) => gotThrough)}::bool[],
      ${fares.map(({ failures }) => failures)}::int[], ${fares.map(({ since }) => since)}::timestamptz[]
    ) as fare (merchant, mode, id, got_through, failures, since)
    join events.webhook_endpoints endpoint using (merchant, mode, id)
    where case when fare.failures = 0 then endpoint.failing_since is not null
      else endpoint.status = 'enabled' and endpoint.deleted_at is null end
    order by endpoint.id
    for no key update of endpoint
  )
  update events.webhook_endpoints endpoint set
    failing_since = case when locked.failures = 0 then null when locked.got_through then locked.since
      else coalesce(endpoint.failing_since, locked.since) end,
    failures = case when locked.got_through then 0 else endpoint.failures end + locked.failures
  from locked
  where endpoint.merchant = locked.merchant and endpoint.mode = locked.mode and endpoint.id = locked.id
  returning endpoint.id, endpoint.failing_since, endpoint.failures`

import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { EndpointRow } from './webhook-endpoint.ts'

export const insertEndpoint = (sql: Sql, endpoint: EndpointRow) => sql`
  insert into events.webhook_endpoints (
    merchant, mode, id, url, enabled_events, api_version, description, metadata, status, secret, signature, in_order,
    concurrency, rate, timeout_seconds, created_at)
  values (
    ${endpoint.merchant}, ${endpoint.mode}, ${endpoint.id}, ${endpoint.url}, ${endpoint.enabled_events},
    ${endpoint.api_version}, ${endpoint.description}, ${endpoint.metadata}, ${endpoint.status}, ${endpoint.secret},
    ${endpoint.signature}, ${endpoint.in_order}, ${endpoint.concurrency}, ${endpoint.rate}, ${endpoint.timeout_seconds},
    ${endpoint.created_at})`

/** Lets a merchant's endpoints be made one after the other in a mode, to the end of the database transaction. */
export const lockEndpoints = (sql: Sql, { merchant, mode }: Tenant) => sql`
  select pg_advisory_xact_lock(hashtextextended(${`webhook_endpoints/${merchant}/${mode}`}, 0))`

export const countEndpoints = async (sql: Sql, { merchant, mode }: Tenant): Promise<number> => {
  const counted = first(
    await sql<{ count: bigint }>`
    select count(*) from events.webhook_endpoints
    where merchant = ${merchant} and mode = ${mode} and deleted_at is null`,
  )
  return Number(counted?.count ?? 0)
}

export const findEndpoint = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<EndpointRow | undefined> =>
  first(
    await sql<EndpointRow>`
    select * from events.webhook_endpoints
    where merchant = ${merchant} and mode = ${mode} and id = ${id} and deleted_at is null`,
  )

/** The lock every change of an endpoint begins with. Events go on being stored for it meanwhile. */
export const lockEndpoint = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<EndpointRow | undefined> =>
  first(
    await sql<EndpointRow>`
    select * from events.webhook_endpoints
    where merchant = ${merchant} and mode = ${mode} and id = ${id} and deleted_at is null
    for no key update`,
  )

/** Of the ledger's events that are still to be delivered to an endpoint, the type of one; none: there is none. */
export const waitingLedgerTypes = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  endpoint: string,
): Promise<readonly string[]> =>
  (
    await sql<{ event_type: string }>`
    select event_type from events.deliveries
    where merchant = ${merchant} and mode = ${mode} and endpoint = ${endpoint} and status = 'pending'
      and starts_with(event_type, 'ledger.')
    limit 1`
  ).map(({ event_type }) => event_type)

export const saveEndpoint = (sql: Sql, endpoint: EndpointRow) => sql`
  update events.webhook_endpoints set
    url = ${endpoint.url}, enabled_events = ${endpoint.enabled_events}, description = ${endpoint.description},
    metadata = ${endpoint.metadata}, status = ${endpoint.status}, disabled_reason = ${endpoint.disabled_reason},
    secret = ${endpoint.secret}, previous_secret = ${endpoint.previous_secret},
    previous_secret_until = ${endpoint.previous_secret_until}, signature = ${endpoint.signature},
    in_order = ${endpoint.in_order}, concurrency = ${endpoint.concurrency}, rate = ${endpoint.rate},
    timeout_seconds = ${endpoint.timeout_seconds}, failing_since = ${endpoint.failing_since},
    failures = ${endpoint.failures}, deleted_at = ${endpoint.deleted_at}
  where merchant = ${endpoint.merchant} and mode = ${endpoint.mode} and id = ${endpoint.id}`

export const olderEndpoints = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { above, below, limit }: ListWindow,
) => sql<EndpointRow>`
  select * from events.webhook_endpoints
  where merchant = ${merchant} and mode = ${mode} and deleted_at is null
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerEndpoints = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { above, below, limit }: ListWindow,
) => sql<EndpointRow>`
  select * from events.webhook_endpoints
  where merchant = ${merchant} and mode = ${mode} and deleted_at is null
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** The worker's, of all merchants: those whose secret is sealed under another key than this one. */
export const takeSealedOtherwise = (
  sql: Sql,
  { keyId, after, limit }: { keyId: string; after: string; limit: number },
) => sql<EndpointRow>`
  select * from events.webhook_endpoints
  where deleted_at is null and (split_part(secret, '.', 2) <> ${keyId} or split_part(previous_secret, '.', 2) <> ${keyId})
    and id > ${after}
  order by id
  limit ${limit}
  for no key update skip locked`

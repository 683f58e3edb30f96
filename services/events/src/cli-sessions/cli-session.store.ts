import type { CliFeature, Mode, Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { EventRow } from '../event/event.ts'

export interface CliSessionRow extends Tenant {
  readonly websocket_hash: string
  readonly sealed_credential: string
  readonly features: readonly CliFeature[]
  readonly filters: string
  readonly after_seq: bigint
}

export interface NewCliSession extends Tenant {
  readonly websocket_hash: string
  readonly key_id: string
  readonly device_name: string
  readonly features: readonly CliFeature[]
  readonly filters: string
  readonly sealed_credential: string
}

/** How many sessions of a key are connected; one whose gateway died counts until it was silent for `silentSeconds`. */
export const countConnected = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  { keyId, silentSeconds }: { keyId: string; silentSeconds: number },
): Promise<number> => {
  const counted = first(
    await sql<{ connected: bigint }>`
    select count(*) as connected from events.cli_sessions
    where merchant = ${merchant} and mode = ${mode} and key_id = ${keyId}
      and connected and seen_at > now() - make_interval(secs => ${silentSeconds}::integer)`,
  )
  return Number(counted?.connected ?? 0n)
}

/** Starts at the newest event of its merchant and mode. Resolves with that event's seq. */
export const insertCliSession = async (sql: Sql, session: NewCliSession): Promise<bigint> => {
  const { merchant, mode } = session
  const inserted = first(
    await sql<{ after_seq: bigint }>`
    insert into events.cli_sessions
      (websocket_hash, sealed_credential, merchant, mode, key_id, device_name, features, filters, after_seq)
    values (
      ${session.websocket_hash}, ${session.sealed_credential}, ${merchant}, ${mode}, ${session.key_id},
      ${session.device_name}, ${[...session.features]}::text[], ${session.filters},
      coalesce((select last_seq from events.heads where merchant = ${merchant} and mode = ${mode}), 0)
    )
    returning after_seq`,
  )
  return inserted?.after_seq ?? 0n
}

/** Among all merchants' sessions: those nobody came back to. Bounded, so that it never takes long. */
export const deleteForgottenSessions = (sql: Sql, keptDays: number) => sql`
  delete from events.cli_sessions
  where websocket_hash in (
    select websocket_hash from events.cli_sessions
    where seen_at < now() - make_interval(days => ${keptDays}::integer)
    order by seen_at limit 100
    for update skip locked)`

/** Leaves a key its `kept` newest sessions. */
export const deleteSurplusSessions = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { keyId, kept }: { keyId: string; kept: number },
) => sql`
  delete from events.cli_sessions
  where websocket_hash in (
    select websocket_hash from events.cli_sessions
    where merchant = ${merchant} and mode = ${mode} and key_id = ${keyId}
    order by seen_at desc offset ${kept}
    for update skip locked)`

/** The session that connects with an id of this hash; whoever knows the id is its merchant's. */
export const touchCliSession = async (sql: Sql, websocketHash: string): Promise<CliSessionRow | undefined> =>
  first(
    await sql<CliSessionRow>`
    update events.cli_sessions set connected = true, seen_at = now()
    where websocket_hash = ${websocketHash}
    returning websocket_hash, sealed_credential, merchant, mode, features, filters, after_seq`,
  )

/** Only ever moves forward. False when there is no such session. */
export const saveCliSession = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  at: { websocketHash: string; afterSeq: bigint; connected: boolean },
): Promise<boolean> => {
  const saved = await sql<{ websocket_hash: string }>`
    update events.cli_sessions
    set after_seq = greatest(after_seq, ${at.afterSeq}::bigint), connected = ${at.connected}, seen_at = now()
    where websocket_hash = ${at.websocketHash} and merchant = ${merchant} and mode = ${mode}
    returning websocket_hash`
  return saved.length > 0
}

/** Puts an event before every session for webhooks that is connected, or was so within `secondsMax`. */
export const insertResends = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { eventId, secondsMax }: { eventId: string; secondsMax: number },
) => sql`
  insert into events.cli_resends (websocket_hash, merchant, mode, event_id)
  select websocket_hash, merchant, mode, ${eventId}
  from events.cli_sessions
  where merchant = ${merchant} and mode = ${mode} and 'webhooks' = any(features)
    and seen_at > now() - make_interval(secs => ${secondsMax}::integer)
  on conflict (websocket_hash, event_id) do update set requested_at = now()`

export const deleteResends = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { websocketHash, eventIds }: { websocketHash: string; eventIds: readonly string[] },
) => sql`
  delete from events.cli_resends
  where websocket_hash = ${websocketHash} and merchant = ${merchant} and mode = ${mode}
    and event_id = any(${[...eventIds]}::text[])`

/** The oldest of what a session is to get once more. */
export const selectResends = (
  sql: Sql,
  { merchant, mode }: { merchant: string; mode: Mode },
  { websocketHash, limit }: { websocketHash: string; limit: number },
) => sql<EventRow>`
  select e.merchant, e.mode, e.seq, e.id, e.type, e.api_version, e.created_at, e.request_id, e.idempotency_key, e.object
  from events.cli_resends r
  join events.events e on e.id = r.event_id and e.merchant = r.merchant and e.mode = r.mode
  where r.websocket_hash = ${websocketHash} and r.merchant = ${merchant} and r.mode = ${mode}
  order by r.requested_at, r.event_id
  limit ${limit}`

import type { Mode } from '@micro/contracts'
import { first, only, type Sql } from '@micro/postgres'
import type { ApiKeyRow } from './api-key.ts'

export const insertApiKey = (
  sql: Sql,
  key: Omit<ApiKeyRow, 'last_used_at' | 'revoked_at'> & { hash: Buffer; pepper_id: string; created_by: string },
) => sql`
  insert into auth.api_keys (id, merchant, mode, name, hash, pepper_id, last_four, created_by, created_at)
  values (${key.id}, ${key.merchant}, ${key.mode}, ${key.name}, ${key.hash}, ${key.pepper_id}, ${key.last_four},
          ${key.created_by}, ${key.created_at})`

/**
 * Counts a merchant's active keys of one mode under a lock that makes creations of the merchant wait for each other.
 * An advisory one, since the service may not change merchants and so may not lock them either.
 */
export const countActiveApiKeys = async (
  sql: Sql,
  { merchant, mode }: { merchant: string; mode: Mode },
): Promise<bigint> => {
  await sql`select pg_advisory_xact_lock(hashtextextended('auth.api_keys/' || ${merchant}, 0))`
  return only(
    await sql<{ count: bigint }>`
    select count(*) as count from auth.api_keys
    where merchant = ${merchant} and mode = ${mode} and revoked_at is null`,
  ).count
}

export const selectApiKey = async (
  sql: Sql,
  { id, merchant }: { id: string; merchant: string },
): Promise<ApiKeyRow | undefined> =>
  first(
    await sql<ApiKeyRow>`
    select id, merchant, mode, name, last_four, created_at, last_used_at, revoked_at
    from auth.api_keys
    where merchant = ${merchant} and id = ${id}`,
  )

/** Keys of both modes, newest first, beginning after the one with the id `after` (null: at the newest). */
export const selectApiKeysAfter = (
  sql: Sql,
  { merchant, after, limit }: { merchant: string; after: string | null; limit: number },
) => sql<ApiKeyRow>`
  select id, merchant, mode, name, last_four, created_at, last_used_at, revoked_at
  from auth.api_keys
  where merchant = ${merchant} and (${after}::text is null or id < ${after})
  order by id desc     -- ids begin with their time
  limit ${limit}`

/** Keys of both modes next to and newer than the one with the id `before`, oldest first. */
export const selectApiKeysBefore = (
  sql: Sql,
  { merchant, before, limit }: { merchant: string; before: string; limit: number },
) => sql<ApiKeyRow>`
  select id, merchant, mode, name, last_four, created_at, last_used_at, revoked_at
  from auth.api_keys
  where merchant = ${merchant} and id > ${before}
  order by id
  limit ${limit}`

/** Revokes once: a repeat keeps the first time. */
export const revokeApiKeyRow = async (
  sql: Sql,
  { id, merchant, now }: { id: string; merchant: string; now: Date },
): Promise<ApiKeyRow | undefined> =>
  first(
    await sql<ApiKeyRow>`
    update auth.api_keys set revoked_at = coalesce(revoked_at, ${now})
    where merchant = ${merchant} and id = ${id}
    returning id, merchant, mode, name, last_four, created_at, last_used_at, revoked_at`,
  )

/**
 * The live key with one of these hashes: one per pepper in use. Asked without a merchant: the key is what tells whose
 * request this is.
 */
export const selectLiveApiKeyByHash = async (
  sql: Sql,
  hashes: readonly Buffer[],
): Promise<{ id: string; merchant: string; mode: Mode; pepper_id: string } | undefined> =>
  first(
    await sql<{ id: string; merchant: string; mode: Mode; pepper_id: string }>`
    select id, merchant, mode, pepper_id from auth.api_keys
    where hash = any(${hashes}::bytea[]) and revoked_at is null`,
  )

/** Of keys of all merchants, each verified when it was used. */
export const saveApiKeyUses = (sql: Sql, { ids, times }: { ids: readonly string[]; times: readonly Date[] }) => sql`
  update auth.api_keys set last_used_at = greatest(last_used_at, used.at)
  from unnest(${ids}::text[], ${times}::timestamptz[]) as used (id, at)
  where api_keys.id = used.id`

/** Moves keys of all merchants, each verified when it was used, under another pepper. */
export const saveApiKeyHashes = (
  sql: Sql,
  { hashed, pepperId }: { hashed: readonly { id: string; hash: Buffer }[]; pepperId: string },
) => sql`
  update auth.api_keys set hash = under.hash, pepper_id = ${pepperId}
  from unnest(${hashed.map(({ id }) => id)}::text[], ${hashed.map(({ hash }) => hash)}::bytea[]) as under (id, hash)
  where api_keys.id = under.id`

/** How many live keys of all merchants name each pepper: what the operator must know before dropping one. */
export const countLiveApiKeysByPepper = (sql: Sql) => sql<{ pepper_id: string; count: bigint }>`
  select pepper_id, count(*) as count
  from auth.api_keys
  where revoked_at is null
  group by pepper_id
  order by pepper_id`

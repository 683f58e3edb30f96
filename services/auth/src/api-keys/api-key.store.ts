import type { Mode } from '@micro/contracts'
import { first, only, type Sql } from '@micro/postgres'
import type { ApiKeyRow, NewApiKeyRow } from './api-key.ts'

/** Everything of a key that its row holds. */
export type StoredApiKey = NewApiKeyRow & {
  hash: Buffer
  pepper_id: string
  created_by: string
  /** Made by the key it replaces, and not by a person. */
  rolled_by_key?: boolean
}

export const insertApiKey = (sql: Sql, key: StoredApiKey) => sql`
  insert into auth.api_keys (id, merchant, mode, name, scopes, hash, pepper_id, last_four, created_by, created_at,
                             expires_at, rolled_from, rolled_by_key, publishable_key)
  values (${key.id}, ${key.merchant}, ${key.mode}, ${key.name}, ${key.scopes}, ${key.hash}, ${key.pepper_id},
          ${key.last_four}, ${key.created_by}, ${key.created_at}, ${key.expires_at}, ${key.rolled_from},
          ${key.rolled_by_key ?? false}, ${key.publishable_key})`

/**
 * Makes creations, rolls and revocations with successors of one merchant wait for each other; an advisory lock, since the
 * service may not change merchants and so may not lock them either.
 */
export const lockKeysOf = (sql: Sql, merchant: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended('auth.api_keys/' || ${merchant}, 0))`

/**
 * Counts a merchant's keys of one mode that work: those that stand, the publishable one aside, and those that were rolled
 * and are in their grace. Under the lock of the merchant's keys.
 */
export const countWorkingApiKeys = async (
  sql: Sql,
  { merchant, mode, now }: { merchant: string; mode: Mode; now: Date },
): Promise<{ standing: bigint; retiring: bigint }> => {
  await lockKeysOf(sql, merchant)
  return only(
    await sql<{ standing: bigint; retiring: bigint }>`
    select count(*) filter (where rolled_to is null and publishable_key is null) as standing,
           count(*) filter (where rolled_to is not null) as retiring
    from auth.api_keys
    where merchant = ${merchant} and mode = ${mode} and revoked_at is null
      and (coalesce(retires_at, expires_at) is null or coalesce(retires_at, expires_at) > ${now})`,
  )
}

export const selectApiKey = async (
  sql: Sql,
  { id, merchant }: { id: string; merchant: string },
): Promise<ApiKeyRow | undefined> =>
  first(
    await sql<ApiKeyRow>`
    select id, merchant, mode, name, scopes, last_four, created_at, expires_at, last_used_at, revoked_at,
           rolled_from, rolled_to, retires_at, publishable_key
    from auth.api_keys
    where merchant = ${merchant} and id = ${id}`,
  )

/** Locks a key together with who made it, so that rolls and revocations of one key are judged in turn. */
export const lockApiKey = async (
  sql: Sql,
  { id, merchant }: { id: string; merchant: string },
): Promise<(ApiKeyRow & { created_by: string }) | undefined> =>
  first(
    await sql<ApiKeyRow & { created_by: string }>`
    select id, merchant, mode, name, scopes, last_four, created_at, expires_at, last_used_at, revoked_at,
           rolled_from, rolled_to, retires_at, publishable_key, created_by
    from auth.api_keys
    where merchant = ${merchant} and id = ${id}
    for update`,
  )

export const retireApiKey = (
  sql: Sql,
  { id, merchant, rolled_to, retires_at }: { id: string; merchant: string; rolled_to: string; retires_at: Date },
) => sql`
  update auth.api_keys set rolled_to = ${rolled_to}, retires_at = ${retires_at}
  where merchant = ${merchant} and id = ${id}`

/** Keys of both modes, newest first, beginning after the one with the id `after` (null: at the newest). */
export const selectApiKeysAfter = (
  sql: Sql,
  { merchant, after, limit }: { merchant: string; after: string | null; limit: number },
) => sql<ApiKeyRow>`
  select id, merchant, mode, name, scopes, last_four, created_at, expires_at, last_used_at, revoked_at,
         rolled_from, rolled_to, retires_at, publishable_key
  from auth.api_keys
  where merchant = ${merchant} and (${after}::text is null or id < ${after})
  order by id desc     -- ids begin with their time
  limit ${limit}`

/** Keys of both modes next to and newer than the one with the id `before`, oldest first. */
export const selectApiKeysBefore = (
  sql: Sql,
  { merchant, before, limit }: { merchant: string; before: string; limit: number },
) => sql<ApiKeyRow>`
  select id, merchant, mode, name, scopes, last_four, created_at, expires_at, last_used_at, revoked_at,
         rolled_from, rolled_to, retires_at, publishable_key
  from auth.api_keys
  where merchant = ${merchant} and id > ${before}
  order by id
  limit ${limit}`

/** Revokes once: a repeat keeps the first time. */
export const revokeApiKeyRow = async (
  sql: Sql,
  { id, merchant, now }: { id: string; merchant: string; now: Date },
): Promise<ApiKeyRow> =>
  only(
    await sql<ApiKeyRow>`
    update auth.api_keys set revoked_at = coalesce(revoked_at, ${now})
    where merchant = ${merchant} and id = ${id}
    returning id, merchant, mode, name, scopes, last_four, created_at, expires_at, last_used_at, revoked_at,
              rolled_from, rolled_to, retires_at, publishable_key`,
  )

/**
 * Revokes those that a key was replaced by, one after the other: `all`, or as long as each was made by the one it replaces.
 * Under the lock of the merchant's keys, or one that is being made is missed. Resolves with the ids, the oldest first.
 */
export const revokeSuccessors = async (
  sql: Sql,
  { id, merchant, all, now }: { id: string; merchant: string; all: boolean; now: Date },
): Promise<string[]> =>
  (
    await sql<{ id: string }>`
    with recursive line as (
      select id, rolled_to from auth.api_keys where merchant = ${merchant} and id = ${id}
      union all
      select successor.id, successor.rolled_to
      from line join auth.api_keys successor on successor.id = line.rolled_to
      where successor.merchant = ${merchant} and (${all}::boolean or successor.rolled_by_key)
    )
    update auth.api_keys set revoked_at = ${now}
    where merchant = ${merchant} and id in (select id from line) and id <> ${id} and revoked_at is null
    returning id`
  )
    .map((key) => key.id)
    .toSorted()

/** What verifying a key takes. */
export type LiveApiKey = Pick<
  ApiKeyRow,
  'id' | 'merchant' | 'mode' | 'scopes' | 'expires_at' | 'retires_at' | 'publishable_key'
> & {
  pepper_id: string
}

/**
 * The key with one of these hashes (one per pepper in use) that nobody revoked; its time may be over. Asked without a
 * merchant: the key is what tells whose request this is. While its owner is disabled there is none.
 */
export const selectLiveApiKeyByHash = async (sql: Sql, hashes: readonly Buffer[]): Promise<LiveApiKey | undefined> =>
  first(
    await sql<LiveApiKey>`
    select id, merchant, mode, scopes, pepper_id, expires_at, retires_at, publishable_key from auth.api_keys
    where hash = any(${hashes}::bytea[]) and revoked_at is null
      and not exists (
        select from auth.merchants join auth.users on users.id = merchants.owner
        where merchants.id = api_keys.merchant and users.disabled_at is not null
      )`,
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
export const countLiveApiKeysByPepper = (sql: Sql, now: Date) => sql<{ pepper_id: string; count: bigint }>`
  select pepper_id, count(*) as count
  from auth.api_keys
  where revoked_at is null and (coalesce(retires_at, expires_at) is null or coalesce(retires_at, expires_at) > ${now})
  group by pepper_id
  order by pepper_id`

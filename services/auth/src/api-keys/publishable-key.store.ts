import type { Mode } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { StoredApiKey } from './api-key.store.ts'

/** The one that stands, if any. */
export const selectPublishableKey = async (
  sql: Sql,
  { merchant, mode }: { merchant: string; mode: Mode },
): Promise<{ id: string; publishable_key: string } | undefined> =>
  first(
    await sql<{ id: string; publishable_key: string }>`
    select id, publishable_key from auth.api_keys
    where merchant = ${merchant} and mode = ${mode} and publishable_key is not null
      and revoked_at is null and rolled_to is null`,
  )

/** False where one stands already. */
export const insertPublishableKey = async (sql: Sql, key: StoredApiKey): Promise<boolean> =>
  (
    await sql`
      insert into auth.api_keys (id, merchant, mode, name, scopes, hash, pepper_id, last_four, created_by, created_at,
                                 publishable_key)
      values (${key.id}, ${key.merchant}, ${key.mode}, ${key.name}, ${key.scopes}, ${key.hash}, ${key.pepper_id},
              ${key.last_four}, ${key.created_by}, ${key.created_at}, ${key.publishable_key})
      on conflict (merchant, mode) where publishable_key is not null and revoked_at is null and rolled_to is null
      do nothing
      returning id`
  ).length === 1

/** Of all merchants, those that never had one in a mode: registered before there were any. */
export const selectMerchantsWithoutPublishableKey = (sql: Sql, limit: number) => sql<{
  merchant: string
  owner: string
  mode: Mode
}>`
  select merchants.id as merchant, merchants.owner, modes.mode
  from auth.merchants cross join (values ('test'), ('live')) as modes (mode)
  where not exists (
    select from auth.api_keys
    where merchant = merchants.id and mode = modes.mode and publishable_key is not null
  )
  limit ${limit}`

/** Of all merchants, keys found under an earlier pepper: what they are is known, so nobody need use them first. */
export const selectPublishableKeysUnderOthers = (
  sql: Sql,
  { pepperId, limit }: { pepperId: string; limit: number },
) => sql<{ id: string; publishable_key: string }>`
  select id, publishable_key from auth.api_keys
  where publishable_key is not null and revoked_at is null and pepper_id <> ${pepperId}
  limit ${limit}`

import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ConfiguredProcessor } from './configured.ts'

export const insertProcessor = (sql: Sql, processor: ConfiguredProcessor) => sql`
  insert into payments.processors (
    id, merchant, mode, kind, url, secret_key, currencies, amount_min, amount_max, metadata, priority, created_at)
  values (
    ${processor.id}, ${processor.merchant}, ${processor.mode}, ${processor.kind}, ${processor.url},
    ${processor.secret_key}, ${processor.currencies}, ${processor.amount_min}, ${processor.amount_max},
    ${processor.metadata}, ${processor.priority}, ${processor.created_at})`

/** Also one that was removed: it goes on with what it began. */
export const findProcessor = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<ConfiguredProcessor | undefined> =>
  first(
    await sql<ConfiguredProcessor>`
    select * from payments.processors where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** What the processor calls the newest payment it took, of those whose result is known; null: there is none. */
export const newestPaymentThere = async (
  sql: Sql,
  { merchant, mode, id }: Pick<ConfiguredProcessor, 'id' | 'merchant' | 'mode'>,
): Promise<string | null> =>
  first(
    await sql<{ processor_id: string }>`
    select processor_id from payments.charges
    where merchant = ${merchant} and mode = ${mode} and processor = ${id} and processor_id is not null
    order by created_at desc, id desc
    limit 1`,
  )?.processor_id ?? null

/** How many a merchant may have, those that were removed among them. */
export const processorsMax = 100

/** All of the merchant's: those that take new charges first. */
export const listProcessors = (sql: Sql, { merchant, mode }: Tenant) => sql<ConfiguredProcessor>`
  select * from payments.processors where merchant = ${merchant} and mode = ${mode}
  order by removed_at nulls first, priority, id
  limit ${processorsMax}`

/** Removed for good; again changes nothing. */
export const markRemoved = (sql: Sql, { merchant, mode }: Tenant, { id, now }: { id: string; now: Date }) => sql<
  Pick<ConfiguredProcessor, 'kind' | 'url'>
>`
  update payments.processors set removed_at = ${now}
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and removed_at is null
  returning kind, url`

/** The worker's, of all merchants: those whose key is sealed under another key than this one. */
export const findSealedOtherwise = (
  sql: Sql,
  { keyId, now, limit }: { keyId: string; now: Date; limit: number },
) => sql<Pick<ConfiguredProcessor, 'id' | 'merchant' | 'mode' | 'secret_key'>>`
  select id, merchant, mode, secret_key from payments.processors as p
  where split_part(secret_key, '.', 2) <> ${keyId}
    and not exists (select from payments.setbacks s where s.work = 'processor_key' and s.item = p.id and s.after > ${now})
  limit ${limit}`

/** A key in the place of the one that was there when it was looked at. False when another took its place meanwhile. */
export const replaceKey = async (
  sql: Sql,
  { merchant, mode, id, secret_key }: Pick<ConfiguredProcessor, 'id' | 'merchant' | 'mode' | 'secret_key'>,
  sealed: string,
): Promise<boolean> =>
  (
    await sql`
      update payments.processors set secret_key = ${sealed}
      where merchant = ${merchant} and mode = ${mode} and id = ${id} and secret_key = ${secret_key}
      returning id`
  ).length === 1

import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { Webhook } from './webhook.ts'

/** Again replaces the secret. */
export const saveWebhook = (sql: Sql, { processor, merchant, mode, secret, created_at }: Webhook) => sql`
  insert into payments.processor_webhooks as w (processor, merchant, mode, secret, created_at)
  values (${processor}, ${merchant}, ${mode}, ${secret}, ${created_at})
  on conflict (processor) do update set secret = excluded.secret, created_at = excluded.created_at
    where w.merchant = excluded.merchant and w.mode = excluded.mode`

/** False when there was none. */
export const deleteWebhook = async (sql: Sql, { merchant, mode }: Tenant, processor: string): Promise<boolean> =>
  (
    await sql`
      delete from payments.processor_webhooks
      where merchant = ${merchant} and mode = ${mode} and processor = ${processor}
      returning processor`
  ).length === 1

/** Whoever calls shows no key: whose it is stands in the row, and the signature tells whether to believe it. */
export const findWebhook = async (sql: Sql, processor: string): Promise<Webhook | undefined> =>
  first(await sql<Webhook>`select * from payments.processor_webhooks where processor = ${processor}`)

/** The worker's, of all merchants: those whose secret is sealed under another key than this one. */
export const findWebhooksSealedOtherwise = (
  sql: Sql,
  { keyId, now, limit }: { keyId: string; now: Date; limit: number },
) => sql<Webhook>`
  select * from payments.processor_webhooks as w
  where split_part(secret, '.', 2) <> ${keyId}
    and not exists (
      select from payments.setbacks s
      where s.work = 'processor_key' and s.item = w.processor || '/webhook' and s.after > ${now})
  limit ${limit}`

/** A secret in the place of the one that was there when it was looked at. False when another took its place meanwhile. */
export const replaceSecret = async (
  sql: Sql,
  { merchant, mode, processor, secret }: Webhook,
  sealed: string,
): Promise<boolean> =>
  (
    await sql`
      update payments.processor_webhooks set secret = ${sealed}
      where merchant = ${merchant} and mode = ${mode} and processor = ${processor} and secret = ${secret}
      returning processor`
  ).length === 1

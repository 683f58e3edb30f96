import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { Token } from './token.ts'

export const insertToken = (sql: Sql, token: Token) => sql`
  insert into payments.tokens (
    id, merchant, mode, card_id, processor_method, exp_month, exp_year, cvc_given, billing_details, created_at,
    recorded_at)
  values (
    ${token.id}, ${token.merchant}, ${token.mode}, ${token.card_id}, ${token.processor_method}, ${token.exp_month},
    ${token.exp_year}, ${token.cvc_given}, ${token.billing_details}, ${token.created_at},
    ${token.recorded_at})`

export const findToken = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Token | undefined> =>
  first(
    await sql<Token>`
    select * from payments.tokens where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** Undefined where it is used already, or there is none: of all who want it at once one gets it. */
export const takeToken = async (
  sql: Sql,
  { merchant, mode, id, now }: Tenant & { readonly id: string; readonly now: Date },
): Promise<Token | undefined> =>
  first(
    await sql<Token>`
    update payments.tokens set used_at = ${now}
    where merchant = ${merchant} and mode = ${mode} and id = ${id} and used_at is null
    returning *`,
  )

/** Of all merchants, by the real clock. */
export const deleteTokensBefore = async (sql: Sql, before: Date): Promise<number> =>
  (
    await sql`
      delete from payments.tokens
      where id in (select id from payments.tokens where recorded_at < ${before} limit 1000)
      returning id`
  ).length

import type { CheckoutStatus, Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import { lookedAtMax } from '../background/turns.ts'
import type { LineItem, Session } from './checkout-session.ts'

export const insertSession = (sql: Sql, session: Session) => sql`
  insert into payments.checkout_sessions (
    id, merchant, mode, purpose, status, currency, amount_total, customer, customer_creation, customer_email,
    client_reference_id, locale, submit_type, metadata, intent_data, success_url, cancel_url, url, expires_at,
    allowed_payment_method_types, created_at)
  values (
    ${session.id}, ${session.merchant}, ${session.mode}, ${session.purpose}, ${session.status}, ${session.currency},
    ${session.amount_total}, ${session.customer}, ${session.customer_creation}, ${session.customer_email},
    ${session.client_reference_id}, ${session.locale}, ${session.submit_type}, ${session.metadata},
    ${session.intent_data}, ${session.success_url}, ${session.cancel_url}, ${session.url},
    ${session.expires_at}, ${session.allowed_payment_method_types}, ${session.created_at})`

export const insertLineItems = (sql: Sql, { merchant, mode, id }: Session, items: readonly LineItem[]) => sql`
  insert into payments.checkout_line_items (merchant, mode, session, position, id, description, price, amount, quantity)
  select ${merchant}, ${mode}, ${id}, *
  from unnest(
    ${items.map((item) => item.position)}::int[], ${items.map((item) => item.id)}::text[],
    ${items.map((item) => item.description)}::text[], ${items.map((item) => JSON.stringify(item.price))}::jsonb[],
    ${items.map((item) => item.amount)}::numeric[], ${items.map((item) => item.quantity)}::int[])`

export const findSession = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Session | undefined> =>
  first(
    await sql<Session>`
    select * from payments.checkout_sessions where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** By its id alone, which is what the address of its page holds: whoever has it may pay. */
export const findSessionOfPage = async (sql: Sql, id: string): Promise<Session | undefined> =>
  first(await sql<Session>`select * from payments.checkout_sessions where id = ${id}`)

/** The lock every change of a session begins with; the lock of its intent comes after. */
export const lockSession = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Session | undefined> =>
  first(
    await sql<Session>`
    select * from payments.checkout_sessions where merchant = ${merchant} and mode = ${mode} and id = ${id}
    for update`,
  )

export const saveSession = (sql: Sql, session: Session) => sql`
  update payments.checkout_sessions set
    status = ${session.status}, customer = ${session.customer}, buyer_email = ${session.buyer_email},
    buyer_name = ${session.buyer_name}, metadata = ${session.metadata}, payment_intent = ${session.payment_intent},
    setup_intent = ${session.setup_intent}, completed_at = ${session.completed_at}
  where merchant = ${session.merchant} and mode = ${session.mode} and id = ${session.id}`

export const lineItemsOf = (sql: Sql, { merchant, mode, id }: Pick<Session, 'merchant' | 'mode' | 'id'>) =>
  sql<LineItem>`
    select id, position, description, price, amount, quantity from payments.checkout_line_items
    where merchant = ${merchant} and mode = ${mode} and session = ${id}
    order by position`

export interface SessionFilter {
  readonly customer: string | undefined
  readonly paymentIntent: string | undefined
  readonly status: CheckoutStatus | undefined
}

/** Newest first. */
export const olderSessions = (
  sql: Sql,
  { merchant, mode }: Tenant,
  filter: SessionFilter,
  { above, below, limit }: ListWindow,
) => sql<Session>`
  select * from payments.checkout_sessions
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
    and (${filter.customer ?? null}::text is null or customer = ${filter.customer ?? null}::text)
    and (${filter.paymentIntent ?? null}::text is null or payment_intent = ${filter.paymentIntent ?? null}::text)
    and (${filter.status ?? null}::text is null or status = ${filter.status ?? null}::text)
  order by created_at desc, id desc
  limit ${limit}`

/** The same from the other end. */
export const newerSessions = (
  sql: Sql,
  { merchant, mode }: Tenant,
  filter: SessionFilter,
  { above, below, limit }: ListWindow,
) => sql<Session>`
  select * from payments.checkout_sessions
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
    and (${filter.customer ?? null}::text is null or customer = ${filter.customer ?? null}::text)
    and (${filter.paymentIntent ?? null}::text is null or payment_intent = ${filter.paymentIntent ?? null}::text)
    and (${filter.status ?? null}::text is null or status = ${filter.status ?? null}::text)
  order by created_at, id
  limit ${limit}`

/**
 * Of all merchants, who take turns, each by its own clock: open sessions whose time is over. `now` is the real time. Two
 * looks, since those of the few whose clock is ahead are found by merchant, and all others by time alone. What is being paid
 * is not over.
 */
export const expiredSessions = (sql: Sql, { now, limit }: { now: Date; limit: number }) => sql<Session>`
  with due as (
    (select session.id, session.merchant, session.mode, session.expires_at
    from payments.checkout_sessions as session
    left join payments.payment_intents as intent on intent.id = session.payment_intent
    where session.status = 'open' and session.expires_at <= ${now} and intent.status is distinct from 'processing'
      and not exists (
        select from payments.setbacks s
        where s.work = 'checkout_session_expiry' and s.item = session.id and s.after > ${now})
    order by session.expires_at
    limit ${lookedAtMax})
    union all
    select session.* from payments.merchant_clocks as ahead
    cross join lateral (
      select session.id, session.merchant, session.mode, session.expires_at
      from payments.checkout_sessions as session
      left join payments.payment_intents as intent on intent.id = session.payment_intent
      where session.merchant = ahead.merchant and session.mode = ahead.mode
        and session.status = 'open' and session.expires_at > ${now}
        and session.expires_at <= ${now}::timestamptz + make_interval(secs => ahead.ahead_seconds)
        and intent.status is distinct from 'processing'
        and not exists (
          select from payments.setbacks s
          where s.work = 'checkout_session_expiry' and s.item = session.id and s.after > ${now})
      order by session.expires_at
      limit ${limit}) as session
  )
  select session.* from (
    select id, expires_at, row_number() over (partition by merchant, mode order by expires_at) as turn from due) as due
  join payments.checkout_sessions as session using (id)
  order by due.turn, due.expires_at
  limit ${limit}`

/**
 * Of all merchants, who take turns: open sessions whose intent came to its end, which somebody was to note and did not.
 */
export const decidedSessions = (sql: Sql, { now, limit }: { now: Date; limit: number }) => sql<Session>`
  select session.* from (
    select id, row_number() over (partition by merchant, mode order by id) as turn from (
      select s.id, s.merchant, s.mode from payments.checkout_sessions s
      left join payments.payment_intents p on p.id = s.payment_intent
      left join payments.setup_intents i on i.id = s.setup_intent
      where s.status = 'open' and (s.payment_intent is not null or s.setup_intent is not null)
        and (p.status in ('succeeded', 'requires_capture', 'canceled') or i.status in ('succeeded', 'canceled'))
        and not exists (
          select from payments.setbacks b where b.work = 'checkout_session' and b.item = s.id and b.after > ${now})
      order by s.id
      limit ${lookedAtMax}) as decided) as decided
  join payments.checkout_sessions as session using (id)
  order by decided.turn, session.id
  limit ${limit}`

/** Those of the ids that are the tenant's, in no order. */
export const findSessions = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Session>`
  select * from payments.checkout_sessions where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`

/** The first line items of each of some sessions, with one more where there are more. */
export const lineItemsOfAll = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { sessions, limit }: { sessions: readonly string[]; limit: number },
) => sql<LineItem & { readonly session: string }>`
  select session, id, position, description, price, amount, quantity from payments.checkout_line_items
  where merchant = ${merchant} and mode = ${mode} and session = any(${sessions}) and position <= ${limit}
  order by session, position`

import type { Sql } from '@micro/postgres'
import { lookedAtMax } from '../background/turns.ts'
import type { Charge } from '../charges/charge.ts'

export type Expiring = Pick<Charge, 'id' | 'merchant' | 'mode' | 'payment_intent'>

/**
 * Of all merchants, who take turns, each by its own clock: authorisations whose time is over. `now` is the real time. Two
 * looks, since those of the few whose clock is ahead are found by merchant, and all others by time alone.
 */
export const findExpired = (sql: Sql, { now, limit }: { now: Date; limit: number }) => sql<Expiring>`
  with due as (
    (select charge.id, charge.merchant, charge.mode, charge.payment_intent, charge.capture_before
    from payments.charges as charge
    join payments.payment_intents as intent on intent.id = charge.payment_intent
    where charge.status = 'succeeded' and not charge.captured and charge.released_at is null
      and charge.capture_before <= ${now} and intent.status = 'requires_capture'
      and not exists (
        select from payments.setbacks s where s.work = 'authorisation' and s.item = charge.id and s.after > ${now})
    order by charge.capture_before
    limit ${lookedAtMax})
    union all
    select charge.* from payments.merchant_clocks as ahead
    cross join lateral (
      select charge.id, charge.merchant, charge.mode, charge.payment_intent, charge.capture_before
      from payments.charges as charge
      join payments.payment_intents as intent on intent.id = charge.payment_intent
      where charge.merchant = ahead.merchant and charge.mode = ahead.mode
        and charge.status = 'succeeded' and not charge.captured and charge.released_at is null
        and charge.capture_before > ${now}
        and charge.capture_before <= ${now}::timestamptz + make_interval(secs => ahead.ahead_seconds)
        and intent.status = 'requires_capture'
        and not exists (
          select from payments.setbacks s where s.work = 'authorisation' and s.item = charge.id and s.after > ${now})
      order by charge.capture_before
      limit ${limit}) as charge
  )
  select id, merchant, mode, payment_intent from (
    select *, row_number() over (partition by merchant, mode order by capture_before) as turn from due) as due
  order by turn, capture_before
  limit ${limit}`

import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import { lookedAtMax, type Turn } from '../background/turns.ts'

/** `asked`: how often something was available at once by then. */
export type DueLook = Tenant & { readonly asked: bigint }

/** Of all merchants, each by its own clock: whose balance is to be looked at. `now` is the real time. */
export const findDueLooks = (sql: Sql, { now, limit }: Pick<Turn, 'limit'> & { now: Date }) => sql<DueLook>`
  select l.merchant, l.mode, l.asked from (
    (select merchant, mode, asked, look_at from payments.balance_looks
    where look_at <= ${now}
    order by look_at
    limit ${lookedAtMax})
    union
    (select a.merchant, a.mode, a.asked, a.look_at from payments.merchant_clocks c
    join payments.balance_looks a on a.merchant = c.merchant and a.mode = c.mode
    where a.look_at > ${now} and a.look_at <= ${now}::timestamptz + make_interval(secs => c.ahead_seconds)
    limit ${lookedAtMax})) as l
  where not exists (
    select from payments.setbacks s
    where s.work = 'balance' and s.item = concat_ws('/', l.merchant, l.mode) and s.after > ${now})
  order by l.look_at
  limit ${limit}`

/** Whether anything became available since the merchant was told last, under the lock of its look; undefined: it is not due. */
export const lockNews = async (
  sql: Sql,
  { merchant, mode, asked }: DueLook,
  merchantNow: Date,
): Promise<{ readonly news: boolean } | undefined> =>
  first(
    await sql<{ news: boolean }>`
    select l.answered < ${asked} or exists (
        select from payments.pending_sums p
        where p.merchant = l.merchant and p.mode = l.mode
          and p.available_on > l.told_until and p.available_on <= ${merchantNow} and p.net <> 0) as news
    from payments.balance_looks l
    where l.merchant = ${merchant} and l.mode = ${mode} and l.look_at <= ${merchantNow}
    for update`,
  )

/**
 * It was looked at: what became available until `toldUntil` is told, and the next look is at `lookAt`. What was available at
 * once since the look was found is not told yet.
 */
export const saveLook = (
  sql: Sql,
  { merchant, mode, asked }: DueLook,
  { toldUntil, lookAt }: { toldUntil: Date; lookAt: Date },
) => sql`
  update payments.balance_looks set
    told_until = ${toldUntil}, answered = greatest(answered, ${asked}),
    look_at = case when asked > ${asked} then look_at else ${lookAt} end
  where merchant = ${merchant} and mode = ${mode}`

import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { DueFee } from './processor-fee.ts'

/**
 * Fees that were told of movements that are here: what is not here yet has its turn when it is.
 * @param page `lines`: of these alone; null: of all
 */
export const findDueFees = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { after, limit, lines }: { after: string; limit: number; lines: readonly string[] | null },
) =>
  sql<DueFee>`
  select l.merchant, l.mode, l.id as line, l.fee, l.currency, m.charge, c.payment_intent, m.source, m.id as movement,
    m.currency as movement_currency, m.available_on
  from payments.settlement_lines l
  left join payments.disputes d on d.merchant = l.merchant and d.mode = l.mode and d.processor_id = l.subject
  join payments.movements m
    on m.merchant = l.merchant and m.mode = l.mode and m.source = coalesce(d.id, l.subject) and m.kind = l.kind
  join payments.charges c on c.merchant = m.merchant and c.mode = m.mode and c.id = m.charge
  where l.merchant = ${merchant} and l.mode = ${mode} and l.fee_due and l.id > ${after}
    and (${lines}::text[] is null or l.id = any(${lines}::text[]))
  order by l.id
  limit ${limit}`

/** True for who is the first to book it, under the lock of the payment intent, or to see that it cannot be booked. */
export const markFeeBooked = async (sql: Sql, { merchant, mode, line }: DueFee): Promise<boolean> =>
  first(
    await sql`
    update payments.settlement_lines set fee_due = false
    where merchant = ${merchant} and mode = ${mode} and id = ${line} and fee_due
    returning id`,
  ) !== undefined

/** Whether a fee of this kind was booked for the same thing, under another line. */
export const isFeeBooked = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  { source, kind }: { source: string; kind: string },
): Promise<boolean> =>
  (
    await sql`
    select from payments.movements
    where merchant = ${merchant} and mode = ${mode} and source = ${source} and kind = ${kind}`
  ).length > 0

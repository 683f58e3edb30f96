import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import { lookedAtMax } from '../background/turns.ts'
import type { ShownMovement } from '../balances/balance-transaction.ts'
import type { Dispute, DisputedCharge } from './dispute.ts'

/** A processor opens a dispute once, however often it tells of it. True when this is the first time. */
export const insertDispute = async (sql: Sql, dispute: Dispute): Promise<boolean> =>
  (
    await sql`
      insert into payments.disputes (
        id, merchant, mode, processor_id, charge, payment_intent, amount, fee, currency, reason, inquiry, status, due_by,
        created_at)
      values (
        ${dispute.id}, ${dispute.merchant}, ${dispute.mode}, ${dispute.processor_id}, ${dispute.charge},
        ${dispute.payment_intent}, ${dispute.amount}, ${dispute.fee}, ${dispute.currency}, ${dispute.reason},
        ${dispute.inquiry}, ${dispute.status}, ${dispute.due_by}, ${dispute.created_at})
      on conflict (processor_id) do nothing
      returning id`
  ).length === 1

/** To change it, only under the lock of its payment intent: then nobody else can change it meanwhile. */
export const findDispute = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Dispute | undefined> =>
  first(
    await sql<Dispute>`
    select * from payments.disputes where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** A processor knows disputes by its own ids, and no merchants: whose it is stands in the row. */
export const findReportedDispute = async (sql: Sql, processorId: string): Promise<Dispute | undefined> =>
  first(await sql<Dispute>`select * from payments.disputes where processor_id = ${processorId}`)

/** As above, for the charge that a dispute is about. */
export const findReportedCharge = async (
  sql: Sql,
  id: string,
): Promise<(DisputedCharge & { captured: boolean; status: string }) | undefined> =>
  first(
    await sql<DisputedCharge & { captured: boolean; status: string }>`
    select id, merchant, mode, payment_intent, currency, captured, status from payments.charges where id = ${id}`,
  )

export const markDisputed = (sql: Sql, { merchant, mode, charge }: Dispute) => sql`
  update payments.charges set disputed = true where merchant = ${merchant} and mode = ${mode} and id = ${charge}`

export const saveDispute = (sql: Sql, dispute: Dispute) => sql`
  update payments.disputes set
    status = ${dispute.status}, evidence = ${dispute.evidence}, submission_count = ${dispute.submission_count},
    metadata = ${dispute.metadata}, closed_at = ${dispute.closed_at}
  where merchant = ${dispute.merchant} and mode = ${dispute.mode} and id = ${dispute.id}`

/** What becomes of an inquiry that is a chargeback now, which is said once of each. */
export const saveEscalation = (sql: Sql, dispute: Dispute) => sql`
  update payments.disputes set
    inquiry = ${dispute.inquiry}, status = ${dispute.status}, amount = ${dispute.amount}, fee = ${dispute.fee},
    reason = ${dispute.reason}, submission_count = ${dispute.submission_count}, due_by = ${dispute.due_by}
  where merchant = ${dispute.merchant} and mode = ${dispute.mode} and id = ${dispute.id}`

/** What disputes that are open or lost have taken from a charge: that part cannot be refunded, too. */
export const findDisputeTaking = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  charge: string,
): Promise<{ id: string; amount: bigint } | undefined> =>
  first(
    await sql<{ id: string; amount: bigint }>`
    select max(id) as id, sum(amount) as amount from payments.disputes
    where merchant = ${merchant} and mode = ${mode} and charge = ${charge}
      and status in ('needs_response', 'under_review', 'lost')
    having count(*) > 0`,
  )

/** What disputes have moved in the merchant's balance, oldest first. */
export const movementsOfDisputes = (
  sql: Sql,
  { merchant, mode }: Tenant,
  disputes: readonly string[],
) => sql<ShownMovement>`
  select m.*, payments.processor_fee_of(m) as processor_fee from payments.movements m
  where merchant = ${merchant} and mode = ${mode} and source = any(${disputes})
    and kind in ('dispute', 'dispute_reversal')
  order by recorded_at, id`

/**
 * The worker's work, of all merchants: disputes nobody has answered, that are due by the merchant's own clock. How those of
 * live mode end the processor says: somebody may have answered there.
 */
export const unansweredDisputes = (sql: Sql, { now, limit }: { now: Date; limit: number }) => sql<Dispute>`
  select p.* from (
    select id, due_by, row_number() over (partition by merchant, mode order by due_by) as turn from (
      select d.id, d.merchant, d.mode, d.due_by from payments.disputes d
      left join payments.merchant_clocks c on c.merchant = d.merchant and c.mode = d.mode
      where d.status in ('warning_needs_response', 'needs_response') and d.mode = 'test'
        and d.due_by <= ${now}::timestamptz + make_interval(secs => coalesce(c.ahead_seconds, 0))
        and not exists (
          select from payments.setbacks s where s.work = 'dispute' and s.item = d.id and s.after > ${now})
      order by d.due_by
      limit ${lookedAtMax}) as due) as due
  join payments.disputes p using (id)
  order by due.turn, due.due_by
  limit ${limit}`

export const findDisputes = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Dispute>`
  select * from payments.disputes where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`

/** Which disputes a list is of; null where any are. */
export interface DisputeFilter {
  readonly charge: string | null
  readonly intent: string | null
}

/** Newest first. */
export const olderDisputes = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { charge, intent }: DisputeFilter,
  { above, below, limit }: ListWindow,
) => sql<Dispute>`
  select * from payments.disputes
  where merchant = ${merchant} and mode = ${mode}
    and (${charge}::text is null or charge = ${charge})
    and (${intent}::text is null or payment_intent = ${intent})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

/** The same from the other end. */
export const newerDisputes = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { charge, intent }: DisputeFilter,
  { above, below, limit }: ListWindow,
) => sql<Dispute>`
  select * from payments.disputes
  where merchant = ${merchant} and mode = ${mode}
    and (${charge}::text is null or charge = ${charge})
    and (${intent}::text is null or payment_intent = ${intent})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

import { first, type Sql } from '@micro/postgres'
import type { RefundOutcome, RefundRequest } from './refunding.ts'

export interface SimulatedRefund {
  readonly processor_id: string
  readonly charge: string
  readonly amount: bigint
  readonly currency: string
  readonly outcome: RefundOutcome
  readonly later: RefundOutcome | null
  readonly later_at: Date | null
  readonly canceled_at: Date | null
}

/** The first request of an id counts. True when this is it. */
export const insertSimulatedRefund = async (
  sql: Sql,
  { id, charge, amount, currency }: RefundRequest,
  given: Pick<SimulatedRefund, 'processor_id' | 'outcome' | 'later' | 'later_at'> & { now: Date },
): Promise<boolean> =>
  (
    await sql`
      insert into payments.simulator_refunds (
        id, processor_id, charge, amount, currency, outcome, later, later_at, created_at)
      values (${id}, ${given.processor_id}, ${charge}, ${amount}, ${currency}, ${given.outcome}, ${given.later},
              ${given.later_at}, ${given.now})
      on conflict (id) do nothing
      returning id`
  ).length === 1

export const findSimulatedRefund = async (sql: Sql, id: string): Promise<SimulatedRefund | undefined> =>
  first(
    await sql<SimulatedRefund>`
    select processor_id, charge, amount, currency, outcome, later, later_at, canceled_at
    from payments.simulator_refunds where id = ${id}`,
  )

export const lockSimulatedRefund = async (sql: Sql, id: string): Promise<SimulatedRefund | undefined> =>
  first(
    await sql<SimulatedRefund>`
    select processor_id, charge, amount, currency, outcome, later, later_at, canceled_at
    from payments.simulator_refunds where id = ${id}
    for update`,
  )

export const cancelSimulatedRefund = (sql: Sql, id: string, now: Date) => sql`
  update payments.simulator_refunds set canceled_at = ${now} where id = ${id} and canceled_at is null`

/** What the simulator charged, and whether the customer's bank has taken it back by a dispute that is not won. */
export const findRefundableCharge = async (
  sql: Sql,
  id: string,
): Promise<{ payment_method: string; disputed: boolean } | undefined> =>
  first(
    await sql<{ payment_method: string; disputed: boolean }>`
    select payment_method, exists (
      select from payments.simulator_disputes
      where charge = ${id} and not inquiry and standing <> 'won') as disputed
    from payments.simulator_charges where id = ${id}`,
  )

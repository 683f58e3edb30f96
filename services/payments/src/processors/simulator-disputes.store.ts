import { first, only, type Sql } from '@micro/postgres'

export interface SimulatedDispute {
  readonly id: string
  readonly charge: string
  readonly inquiry: boolean
  readonly standing: 'needs_response' | 'under_review' | 'won' | 'lost' | 'closed'
}

/** A charge is disputed once. True when this is it. */
export const insertSimulatedDispute = async (
  sql: Sql,
  { id, charge, inquiry, now }: { id: string; charge: string; inquiry: boolean; now: Date },
): Promise<boolean> =>
  (
    await sql`
      insert into payments.simulator_disputes (id, charge, inquiry, standing, created_at)
      values (${id}, ${charge}, ${inquiry}, 'needs_response', ${now})
      on conflict do nothing
      returning id`
  ).length === 1

export const lockSimulatedDispute = async (sql: Sql, id: string): Promise<SimulatedDispute | undefined> =>
  first(
    await sql<SimulatedDispute>`
    select id, charge, inquiry, standing from payments.simulator_disputes where id = ${id}
    for update`,
  )

export const saveStanding = (sql: Sql, { id, inquiry, standing }: SimulatedDispute) => sql`
  update payments.simulator_disputes set inquiry = ${inquiry}, standing = ${standing} where id = ${id}`

/** What was paid, and how, of a charge that is disputed; amount in minor units. */
export const findDisputedCharge = async (
  sql: Sql,
  charge: string,
): Promise<{ amount: bigint; payment_method: string }> =>
  only(
    await sql<{ amount: bigint; payment_method: string }>`
    select coalesce(e.amount, c.amount) as amount, c.payment_method from payments.simulator_charges c
    left join payments.simulator_endings e on e.charge = c.id
    where c.id = ${charge}`,
  )

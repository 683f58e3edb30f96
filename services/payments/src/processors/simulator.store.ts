import { first, type Sql } from '@micro/postgres'
import type { ChargeRequest, ProcessorOutcome } from './processor.ts'

export interface SimulatedCharge {
  readonly amount: bigint
  readonly currency: string
  readonly outcome: ProcessorOutcome
}

/** The first request of an id counts; whatever comes again finds it done. */
export const insertSimulatedCharge = (
  sql: Sql,
  request: ChargeRequest & { processorId: string; outcome: ProcessorOutcome; now: Date },
) => sql`
  insert into payments.simulator_charges (id, processor_id, amount, currency, payment_method, outcome, created_at)
  values (${request.id}, ${request.processorId}, ${request.amount}, ${request.currency}, ${request.paymentMethod},
          ${request.outcome}, ${request.now})
  on conflict (id) do nothing`

export const findSimulatedCharge = async (sql: Sql, id: string): Promise<SimulatedCharge | undefined> =>
  first(await sql<SimulatedCharge>`select amount, currency, outcome from payments.simulator_charges where id = ${id}`)

import { first, type Sql } from '@micro/postgres'
import type { CaptureRequest, ChargeRequest, ProcessorOutcome } from './processor.ts'

export interface SimulatedCharge {
  readonly amount: bigint
  readonly currency: string
  readonly outcome: ProcessorOutcome
}

/** How an authorisation ended; of a void the amount is 0. */
export interface SimulatedEnding {
  readonly kind: 'capture' | 'void'
  readonly amount: bigint
}

/** The first request of an id counts; whatever comes again finds it done. */
export const insertSimulatedCharge = (
  sql: Sql,
  request: ChargeRequest & { processorId: string; outcome: ProcessorOutcome; now: Date },
) => sql`
  insert into payments.simulator_charges (id, processor_id, amount, currency, payment_method, outcome, capture, created_at)
  values (${request.id}, ${request.processorId}, ${request.amount}, ${request.currency}, ${request.paymentMethod},
          ${request.outcome}, ${request.capture}, ${request.now})
  on conflict (id) do nothing`

export const findSimulatedCharge = async (sql: Sql, id: string): Promise<SimulatedCharge | undefined> =>
  first(await sql<SimulatedCharge>`select amount, currency, outcome from payments.simulator_charges where id = ${id}`)

/** Only of what was authorised and not captured with it. The first ending counts. */
export const insertSimulatedEnding = (
  sql: Sql,
  { id, amount, kind, now }: CaptureRequest & { kind: SimulatedEnding['kind']; now: Date },
) => sql`
  insert into payments.simulator_endings (charge, kind, amount, created_at)
  select id, ${kind}, ${amount}, ${now} from payments.simulator_charges
  where id = ${id} and not capture and outcome ->> 'kind' = 'succeeded'
  on conflict (charge) do nothing`

export const findSimulatedEnding = async (sql: Sql, id: string): Promise<SimulatedEnding | undefined> =>
  first(await sql<SimulatedEnding>`select kind, amount from payments.simulator_endings where charge = ${id}`)

import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { Payout } from './payout.ts'

/** The lock every change of a payout that a processor told of begins with. */
export const lockToldPayout = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  { processor, processorId }: { processor: string; processorId: string },
): Promise<Payout | undefined> =>
  first(
    await sql<Payout>`
    select * from payments.payouts
    where merchant = ${merchant} and mode = ${mode} and processor = ${processor} and processor_id = ${processorId}
    for update`,
  )

/** False when another process was first. */
export const insertToldPayout = async (sql: Sql, payout: Payout): Promise<boolean> =>
  (
    await sql`
      insert into payments.payouts (
        id, merchant, mode, amount, currency, status, arrival_date, description, metadata, statement_descriptor,
        destination, balance_transaction, due_at, request_id, created_at, processor, processor_id, automatic)
      values (
        ${payout.id}, ${payout.merchant}, ${payout.mode}, ${payout.amount}, ${payout.currency}, ${payout.status},
        ${payout.arrival_date}, ${payout.description}, ${payout.metadata}, ${payout.statement_descriptor},
        ${payout.destination}, ${payout.balance_transaction}, ${payout.due_at}, ${payout.request_id},
        ${payout.created_at}, ${payout.processor}, ${payout.processor_id}, ${payout.automatic})
      on conflict (processor, processor_id) where processor is not null do nothing
      returning id`
  ).length === 1

/** When it arrives, as its processor says now. */
export const saveArrival = (sql: Sql, { merchant, mode, id, arrival_date }: Payout) => sql`
  update payments.payouts set arrival_date = ${arrival_date}
  where merchant = ${merchant} and mode = ${mode} and id = ${id}`

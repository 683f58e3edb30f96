import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'

/** Where a charge was sent, and as what it is known there once that is known. */
export interface Sent {
  readonly processor: string | null
  readonly processor_id: string | null
  readonly created_at: Date
  readonly amount: bigint
  readonly currency: string
  readonly capture_method: 'automatic' | 'manual'
}

export const findSent = async (sql: Sql, { merchant, mode }: Tenant, charge: string): Promise<Sent | undefined> =>
  first(
    await sql<Sent>`
    select processor, processor_id, created_at, amount, currency, capture_method from payments.charges
    where merchant = ${merchant} and mode = ${mode} and id = ${charge}`,
  )

/** A refund: its charge, what it gives back in minor units, and as what it is known there itself. */
export interface SentRefund {
  readonly charge: string
  readonly processor_id: string | null
  readonly amount: bigint
  readonly currency: string
}

export const findSentRefund = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  refund: string,
): Promise<SentRefund | undefined> =>
  first(
    await sql<SentRefund>`
    select charge, processor_id, amount, currency from payments.refunds
    where merchant = ${merchant} and mode = ${mode} and id = ${refund}`,
  )

/** Processors that an intent's attempts under one request were sent to. */
export const findTried = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  { intent, request }: { intent: string; request: string },
): Promise<ReadonlySet<string>> => {
  const rows = await sql<{ processor: string }>`
    select processor from payments.charges
    where merchant = ${merchant} and mode = ${mode} and payment_intent = ${intent} and request_id = ${request}
      and processor is not null`
  return new Set(rows.map(({ processor }) => processor))
}

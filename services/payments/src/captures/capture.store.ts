import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import { takeTurns } from '../background/take-turns.store.ts'
import type { Capture } from './capture.ts'

export const insertCapture = (sql: Sql, capture: Capture) => sql`
  insert into payments.captures (
    charge, merchant, mode, payment_intent, amount, status, request_id, idempotency_key, answer_status, answer_with,
    leased_until, created_at)
  values (
    ${capture.charge}, ${capture.merchant}, ${capture.mode}, ${capture.payment_intent}, ${capture.amount},
    ${capture.status}, ${capture.request_id}, ${capture.idempotency_key}, ${capture.answer_status},
    ${capture.answer_with}, ${capture.leased_until}, ${capture.created_at})`

/** What a result says is only sure under the lock of its intent. */
export const findCapture = async (sql: Sql, { merchant, mode }: Tenant, charge: string): Promise<Capture | undefined> =>
  first(
    await sql<Capture>`
    select * from payments.captures where merchant = ${merchant} and mode = ${mode} and charge = ${charge}`,
  )

/** A result is written once: whoever comes second finds the capture no longer pending. */
export const saveCaptured = async (sql: Sql, capture: Capture): Promise<boolean> =>
  (
    await sql`
      update payments.captures set status = ${capture.status}, settled_at = ${capture.settled_at}
      where merchant = ${capture.merchant} and mode = ${capture.mode} and charge = ${capture.charge}
        and status = 'pending'
      returning charge`
  ).length === 1

/** True for who is the first to tell that the result takes its time. */
export const tellCapturing = async (sql: Sql, { merchant, mode, charge }: Capture): Promise<boolean> =>
  (
    await sql`
      update payments.captures set processing_told = true
      where merchant = ${merchant} and mode = ${mode} and charge = ${charge} and status = 'pending'
        and not processing_told
      returning charge`
  ).length === 1

/** Keeps the completer away while somebody is at work on a pending capture. */
export const extendCaptureLease = (sql: Sql, { merchant, mode }: Tenant, charge: string, leasedUntil: Date) => sql`
  update payments.captures set leased_until = ${leasedUntil}
  where merchant = ${merchant} and mode = ${mode} and charge = ${charge} and status = 'pending'`

/** The completer's work, of all merchants: as takeAbandonedCharges takes charges. */
export const takeAbandonedCaptures = takeTurns<Capture>({
  table: 'payments.captures',
  key: 'charge',
  waits: "status = 'pending'",
  time: 'leased_until',
})

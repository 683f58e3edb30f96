import type { Tenant } from '@micro/contracts'
import type { DeliveryRow } from './delivery.ts'
import { nextAttempt } from './schedule.ts'
import type { SendResult } from './send.work.ts'

/** What a request makes of its delivery. */
export type Outcome = Pick<
  DeliveryRow,
  'status' | 'attempts' | 'tries' | 'next_attempt_at' | 'last_status' | 'last_error'
>

/** The answer of an endpoint that wants nothing any more. */
export const goneStatus = 410

/** Decides what becomes of a delivery after a request for it. */
export const outcomeOf = (
  delivery: Pick<Tenant, 'mode'> & Pick<DeliveryRow, 'attempts' | 'tries'>,
  { status, error, retryAfter }: Pick<SendResult, 'status' | 'error' | 'retryAfter'>,
  { now, random }: { now: Date; random: number },
): Outcome => {
  const made = { attempts: delivery.attempts + 1, tries: delivery.tries + 1, last_status: status, last_error: error }
  if (error === null) return { ...made, status: 'delivered', next_attempt_at: null }
  const next =
    status === goneStatus ? null : nextAttempt({ mode: delivery.mode, tries: made.tries, retryAfter, now, random })
  return { ...made, status: next === null ? 'failed' : 'pending', next_attempt_at: next }
}

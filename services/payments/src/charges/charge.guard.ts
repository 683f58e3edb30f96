import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { findCapture } from '../captures/capture.store.ts'
import type { Intent } from '../payment-intents/payment-intent.ts'
import { findCharge } from './charge.store.ts'

/**
 * Under the intent's lock: while somebody is charging or capturing it, the caller may simply ask again. Once the lease
 * ran out the result is unknown for longer, and the intent's own status says so.
 * @throws Fault lock_timeout
 */
export const refuseWhileBusy = async (sql: Sql, intent: Intent, now: Date): Promise<void> => {
  if (intent.status !== 'processing' || intent.latest_charge === null) return
  const charge = await findCharge(sql, intent, intent.latest_charge)
  const work = charge?.status === 'pending' ? charge : await findCapture(sql, intent, intent.latest_charge)
  if (work?.status === 'pending' && work.leased_until > now) throw new Fault('lock_timeout')
}

import type { Tenant } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import type { MicroBus } from '@micro/service'
import { insertResends } from './cli-session.store.ts'

/** Who was there so lately comes back: its connection is being renewed, or its gateway restarted. */
const backWithinSeconds = 120

/** Has an event sent once more to every listening session of Stripe's command line. */
export type ResendToSessions = (tenant: Tenant, eventId: string) => Promise<void>

export const createResendToSessions =
  ({ db, bus }: { db: Database; bus: Pick<MicroBus, 'publish'> }): ResendToSessions =>
  async ({ merchant, mode }, eventId) => {
    await insertResends(db.sql, { merchant, mode }, { eventId, secondsMax: backWithinSeconds })
    bus.publish('cli_session.resent', { merchant, mode })
  }

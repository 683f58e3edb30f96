import type { Tenant } from '@micro/contracts'
import { addMs, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { MicroBus } from '@micro/service'
import { findAhead } from './merchant-clock.store.ts'

const rememberedMsMax = 2_000
const merchantsMax = 10_000

/** The time of each merchant: the real one in live mode, and in test mode as far ahead as the merchant put it. */
export interface MerchantTime {
  /** For what the merchant sees: `created`, due dates, expiries. Leases and retries go by the real clock. */
  now(tenant: Tenant): Promise<Date>
  /** The same, where it is remembered: within a database transaction, which must not wait for a second connection. */
  remembered(tenant: Tenant): Date | undefined
  /** Tells every process that a clock was advanced, this one at once. */
  advanced(merchant: string, aheadSeconds: number): void
  /** Calls whenever some merchant's clock was advanced, so that what became due is not waited for. */
  onAdvance(listener: () => void): void
}

/** Remembers for 2 s how far ahead a clock is; other processes learn of an advance by the bus, or then. */
export const createMerchantTime = ({ db, clock, bus }: { db: Database; clock: Clock; bus: MicroBus }): MerchantTime => {
  const remembered = new Map<string, { aheadSeconds: number; until: Date }>()
  const listeners = new Set<() => void>()

  const remember = (merchant: string, aheadSeconds: number): void => {
    if (remembered.size >= merchantsMax) remembered.clear()
    // Clocks only go forward: what was read before an advance comes to nothing beside it.
    const ahead = Math.max(aheadSeconds, remembered.get(merchant)?.aheadSeconds ?? 0)
    remembered.set(merchant, { aheadSeconds: ahead, until: addMs(clock.now(), rememberedMsMax) })
  }
  const heed = (merchant: string, aheadSeconds: number): void => {
    remember(merchant, aheadSeconds)
    for (const listener of listeners) listener()
  }
  bus.subscribe('merchant_clock.advanced', ({ merchant, ahead_seconds }) => heed(merchant, ahead_seconds))

  const recall = ({ merchant, mode }: Tenant): Date | undefined => {
    const now = clock.now()
    if (mode === 'live') return now
    const known = remembered.get(merchant)
    return known === undefined || known.until <= now ? undefined : addMs(now, known.aheadSeconds * 1_000)
  }

  return {
    async now(tenant) {
      const known = recall(tenant)
      if (known !== undefined) return known
      remember(tenant.merchant, await findAhead(db.sql, tenant))
      const { aheadSeconds = 0 } = remembered.get(tenant.merchant) ?? {}
      return addMs(clock.now(), aheadSeconds * 1_000)
    },
    remembered: recall,
    advanced(merchant, ahead_seconds) {
      heed(merchant, ahead_seconds)
      bus.publish('merchant_clock.advanced', { merchant, ahead_seconds })
    },
    onAdvance: (listener) => void listeners.add(listener),
  }
}

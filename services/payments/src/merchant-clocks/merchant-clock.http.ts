import { successStatus, paymentsApi, type MerchantClock, type Tenant } from '@micro/contracts'
import { addMs, Fault, unixSeconds, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Checks, Handlers } from '@micro/service'
import { advancedClock, checkAdvance } from './merchant-clock.ts'
import { findAhead, lockAhead, saveAhead } from './merchant-clock.store.ts'
import type { MerchantTime } from './merchant-time.ts'

type ClockApi = Pick<typeof paymentsApi, 'retrieveMerchantClock' | 'advanceMerchantClock'>

interface ClockDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly merchantTime: MerchantTime
}

/** @throws Fault test_mode_only */
const requireTestMode = ({ mode }: Tenant): void => {
  if (mode !== 'test') throw new Fault('test_mode_only')
}

export const merchantClockChecks: Checks<ClockApi> = {
  advanceMerchantClock({ body, principal }) {
    requireTestMode(principal)
    checkAdvance(body)
  },
}

export const merchantClockHandlers = ({ db, clock, merchantTime }: ClockDependencies): Handlers<ClockApi> => {
  const toWire = (aheadSeconds: number): MerchantClock => ({
    object: 'test_helpers.clock',
    now: unixSeconds(addMs(clock.now(), aheadSeconds * 1_000)),
    ahead_seconds: aheadSeconds,
    livemode: false,
  })

  return {
    async retrieveMerchantClock({ principal }) {
      requireTestMode(principal)
      return toWire(await findAhead(db.sql, principal))
    },
    async advanceMerchantClock({ principal, body, idempotency, surface }) {
      const { merchant } = principal
      const { ahead, answer } = await db.transaction(async (sql) => {
        const ahead = advancedClock(await lockAhead(sql, principal), body, clock.now())
        const answer = toWire(ahead)
        await saveAhead(sql, principal, ahead)
        await idempotency?.complete(sql, successStatus(paymentsApi.advanceMerchantClock, surface), answer)
        return { ahead, answer }
      })
      merchantTime.advanced(merchant, ahead)
      return answer
    },
  }
}

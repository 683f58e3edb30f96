import Type, { type Static } from 'typebox'
import { Exact, Timestamp } from './common.ts'
import { secondsMax } from './ledger-parts.ts'
import { route } from './route.ts'

/** How far a merchant's clock may be put ahead of the real one, in seconds: two years. */
export const clockAheadSecondsMax = 2 * 366 * 24 * 60 * 60

export const MerchantClock = Type.Object({
  object: Type.Literal('test_helpers.clock'),
  now: Timestamp,
  ahead_seconds: Type.Integer({ description: 'How far it is ahead of the real time.' }),
  livemode: Type.Boolean(),
})
export type MerchantClock = Static<typeof MerchantClock>

export const merchantClocksApi = {
  retrieveMerchantClock: route({
    method: 'GET',
    path: '/v1/test_helpers/clock',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: "The merchant's time in test mode. Micro's own: Stripe has test clocks for subscriptions only.",
    response: MerchantClock,
    faults: ['test_mode_only'],
  }),
  advanceMerchantClock: route({
    method: 'POST',
    path: '/v1/test_helpers/clock/advance',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary:
      "Put the merchant's time in test mode forward, for good: what becomes due by it (funds, payouts, expiries) is done at once.",
    body: Exact({
      advance_by: Type.Optional(
        Type.Integer({ minimum: 1, maximum: clockAheadSecondsMax, description: 'By so many seconds.' }),
      ),
      to: Type.Optional(
        Type.Integer({ minimum: 0, maximum: secondsMax, description: 'To this time, later than it is now.' }),
      ),
    }),
    response: MerchantClock,
    faults: ['test_mode_only'],
  }),
} as const

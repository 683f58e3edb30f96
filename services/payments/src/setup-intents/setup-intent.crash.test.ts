import { afterAll, beforeAll, expect, test } from 'vitest'
import { mortal } from '../mortal.fixture.ts'
import type { Bench } from '../payments.fixture.ts'
import { openSetupIntents, type Ask } from './setup-intents.fixture.ts'

let bench: Bench
let ask: Ask
let customer: () => Promise<string>
beforeAll(async () => {
  ;({ bench, ask, customer } = await openSetupIntents())
})
afterAll(() => bench[Symbol.asyncDispose]())

/** Longer than a claim on an idempotency key lasts, in ms. */
const leaseMs = 16_000

const cards = [
  ['pm_card_visa', 200, 'succeeded'],
  ['pm_card_chargeDeclined', 402, 'requires_payment_method'],
] as const

for (const [card, status, state] of cards)
  for (const when of ['before', 'after'] as const)
    test(
      `a process that dies ${when} any effect of setting up ${card}: the repeat ends with one intent, told once`,
      { timeout: 240_000 },
      async () => {
        for (let killAt = 1; ; killAt++) {
          const of = await customer()
          const life = mortal()
          const { call } = bench.another({
            db: life.db(bench.database.db),
            processors: { test: life.processor(bench.processor), live: undefined },
          })
          const request = {
            body: { customer: of, payment_method: card, confirm: true },
            key: `${card} ${when} ${killAt}`,
          }
          life.arm(killAt, when)
          const first = await call('/v1/setup_intents', request)
          bench.clock.advance(leaseMs)
          const answer = await ask('/v1/setup_intents', request)
          const where = `killed ${when} step ${killAt}: ${answer.text}`
          const intent = status === 200 ? answer.body : answer.body.error.setup_intent
          expect([answer.status, intent.status], where).toEqual([status, state])
          // A verification without an answer is told as one that may be tried again.
          if (first.status < 500 && first.body.error?.['code'] !== 'processing_error')
            expect(first.text, where).toBe(answer.text)
          expect((await ask('/v1/setup_intents', request)).text, where).toBe(answer.text)
          expect((await ask(`/v1/setup_intents?customer=${of}`)).body.data, where).toHaveLength(1)
          const kept = (await ask(`/v1/payment_methods?customer=${of}`)).body.data
          expect(kept, where).toHaveLength(status === 200 ? 1 : 0)
          expect(
            (await bench.events(intent.id)).map(({ type }) => type),
            where,
          ).toEqual(['setup_intent.created', status === 200 ? 'setup_intent.succeeded' : 'setup_intent.setup_failed'])
          if (!life.died()) return expect(killAt).toBeGreaterThan(10)
        }
      },
    )

import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorisationMs } from '../charges/settlement.ts'
import { dieAtEach, mortalProcess } from '../mortal.fixture.ts'
import { createBench, patientConfig, type Bench } from '../payments.fixture.ts'

let bench: Bench
let dying: ReturnType<typeof mortalProcess>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  dying = mortalProcess(bench)
})
afterAll(() => bench[Symbol.asyncDispose]())

const terms = { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', capture_method: 'manual', confirm: true }

for (const when of ['before', 'after'] as const)
  test(
    `a process that dies ${when} any of its effects while an authorisation ends gives it back once`,
    { timeout: 180_000 },
    async () => {
      const { life, parts } = dying
      await dieAtEach(life, when, {
        effectsMin: 8,
        async prepare() {
          const { body } = await bench.call('/v1/payment_intents', { body: terms })
          bench.clock.advance(authorisationMs)
          return body.id
        },
        do: () => parts.expiry.round(),
        async check(id, where) {
          const survivor = bench.parts
          await survivor.expiry.round()
          bench.clock.advance(16_000)
          await Promise.all([survivor.voids.round(), survivor.movements.round()])
          expect((await bench.call(`/v1/payment_intents/${id}`)).body, where).toMatchObject({
            status: 'canceled',
            cancellation_reason: 'expired',
          })
          const told = (await bench.events(id)).slice(3).map(({ type }) => type)
          expect(told, where).toEqual(['charge.expired', 'payment_intent.canceled'])
          const endings = await bench.database.db.sql`
            select e.kind from payments.simulator_endings e join payments.charges c on c.id = e.charge
            where c.payment_intent = ${id}`
          expect(endings, where).toEqual([{ kind: 'void' }])
          const kinds = [...bench.ledger.booked.values()]
            .filter(({ metadata }) => metadata?.['payment_intent'] === id)
            .map(({ reference_id }) => reference_id.split(':')[1])
          expect(kinds, where).toEqual(['authorisation', 'authorisation_release'])
        },
      })
    },
  )

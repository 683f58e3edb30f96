import type { CheckoutSession } from '@micro/contracts'
import { injector } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dieAtEach, mortalProcess } from '../mortal.fixture.ts'
import { createBench, patientConfig, type Bench } from '../payments.fixture.ts'

let bench: Bench
let dying: ReturnType<typeof mortalProcess>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  dying = mortalProcess(bench)
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/checkout/sessions'
const leaseMs = 16_000
const hat = { price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: 'Hat' } } }
const create = async (): Promise<string> =>
  (
    await bench.call(path, {
      body: {
        mode: 'payment',
        success_url: 'https://shop.example/thanks',
        line_items: [hat],
        customer_creation: 'always',
      },
    })
  ).body.id
const sessionOf = async (id: string) => (await bench.call(`${path}/${id}`)).body as unknown as CheckoutSession
const submit = (id: string, browse: ReturnType<typeof injector>, card = '4242424242424242') =>
  browse(undefined, {
    method: 'POST',
    url: `/checkout/pay/${id}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      ...{ email: 'ada@example.com', card_number: card, expiry: '12 / 34', cvc: '314', name: 'Ada' },
    }).toString(),
  })
const told = async (id: string) => (await bench.events(id)).map(({ type }) => type)

/** What the next process does by itself. */
const goOn = async (): Promise<void> => {
  const { parts } = bench
  bench.clock.advance(leaseMs)
  await parts.completer.round()
  await parts.sessions.round()
  bench.clock.advance(leaseMs)
  await parts.movements.round()
}

const expectPaidOnce = async (id: string, where: string): Promise<void> => {
  const session = await sessionOf(id)
  expect([session.status, session.payment_status], where).toEqual(['complete', 'paid'])
  const intent = String(session.payment_intent)
  expect(await bench.simulated(intent), where).toBe(1)
  expect(await told(id), where).toEqual(['checkout.session.completed'])
  const events = await told(intent)
  expect(
    events.filter((type) => type === 'payment_intent.created' || type === 'payment_intent.succeeded'),
    where,
  ).toEqual(['payment_intent.created', 'payment_intent.succeeded'])
  expect((await bench.movementOf(intent))?.['posting'], where).toBe('done')
  const customers = await bench.database.db.sql`
    select type from payments.outbox where type = 'customer.created' and object ->> 'id' = ${session.customer}`
  expect(customers, where).toHaveLength(1)
}

for (const when of ['before', 'after'] as const)
  describe(`a page whose process dies ${when} any of its effects`, { timeout: 200_000 }, () => {
    test('while a buyer pays: whoever sends the form again, or nobody, money is taken once', async () => {
      const page = injector(dying.parts.service)
      const living = injector(bench.parts.service)
      await dieAtEach(dying.life, when, {
        effectsMin: 15,
        prepare: create,
        do: (id) => submit(id, page),
        async check(id, where) {
          await goOn()
          const begun = (await sessionOf(id)).status === 'complete'
          // A session that is complete by now leads on; of one that is not, nothing was taken.
          if (!begun) {
            const { payment_intent: intent } = await sessionOf(id)
            expect(intent === null ? 0 : await bench.simulated(String(intent)), where).toBe(0)
          }
          expect((await submit(id, living)).status, where).toBe(303)
          await goOn()
          await expectPaidOnce(id, where)
        },
      })
    })

    test('while a payment is caught up with completes the session once', async () => {
      const living = injector(bench.parts.service)
      await dieAtEach(dying.life, when, {
        effectsMin: 4,
        async prepare() {
          const id = await create()
          await submit(id, living, '4000000000000002')
          const { payment_intent: intent } = await sessionOf(id)
          // As by a page whose process ended right behind the charge.
          const paid = { body: { payment_method: 'pm_card_visa' } }
          expect((await bench.call(`/v1/payment_intents/${String(intent)}/confirm`, paid)).status).toBe(200)
          return id
        },
        do: () => dying.parts.sessions.round(),
        async check(id, where) {
          await goOn()
          await expectPaidOnce(id, where)
        },
      })
    })

    test('while the time of a session is over expires it once, and cancels what could have been paid', async () => {
      const living = injector(bench.parts.service)
      await dieAtEach(dying.life, when, {
        effectsMin: 6,
        async prepare() {
          const id = await create()
          await submit(id, living, '4000000000000002')
          const { payment_intent: intent } = await sessionOf(id)
          bench.clock.advance(86_401_000)
          return { id, intent: String(intent) }
        },
        do: () => dying.parts.sessions.round(),
        async check({ id, intent }, where) {
          await goOn()
          expect((await sessionOf(id)).status, where).toBe('expired')
          expect(await told(id), where).toEqual(['checkout.session.expired'])
          const canceled = (await told(intent)).filter((type) => type === 'payment_intent.canceled')
          expect(canceled, where).toHaveLength(1)
          expect(await bench.simulated(intent), where).toBe(0)
        },
      })
    })
  })

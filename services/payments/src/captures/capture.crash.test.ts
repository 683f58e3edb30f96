import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'
import { mortal } from '../mortal.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/payment_intents'
const leaseMs = 16_000

const mortalProcess = () => {
  const life = mortal()
  const { call } = bench.another({
    db: life.db(bench.database.db),
    ledger: life.ledger(bench.ledger.client),
    processors: { test: life.processor(bench.processor), live: undefined },
  })
  return { life, call }
}

const authorised = async (): Promise<string> => {
  const body = {
    amount: 1999,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    capture_method: 'manual',
    confirm: true,
  }
  return (await bench.call(path, { body })).body.id
}
const endingOf = async (id: string) =>
  (
    await bench.database.db.sql<{ kind: string; amount: bigint }>`
      select kind, e.amount from payments.simulator_endings e join payments.charges c on c.id = e.charge
      where c.payment_intent = ${id}`
  ).map(({ kind, amount }) => `${kind} ${amount}`)
const kindsOf = (id: string) =>
  [...bench.ledger.booked.values()]
    .filter(({ metadata }) => metadata?.['payment_intent'] === id)
    .map(({ reference_id }) => reference_id.split(':')[1])
    .toSorted()

const deeds = [
  {
    name: 'capture',
    body: { amount_to_capture: 1000 },
    status: 'succeeded',
    events: ['charge.captured', 'payment_intent.succeeded'],
    ending: 'capture 1000',
    booked: ['authorisation', 'authorisation_release', 'charge'],
  },
  {
    name: 'cancel',
    body: {},
    status: 'canceled',
    events: ['payment_intent.canceled'],
    ending: 'void 0',
    booked: ['authorisation', 'authorisation_release'],
  },
] as const

describe.each(deeds)('a process that dies during a $name', (deed) => {
  for (const [when, order] of [
    ['before', 'completer first'],
    ['before', 'retry first'],
    ['after', 'completer first'],
    ['after', 'retry first'],
  ] as const)
    test(`${when} any of its effects: with the ${order}, it is done once`, { timeout: 180_000 }, async () => {
      const { life, call } = mortalProcess()
      const survivor = bench.another()
      for (let killAt = 1; ; killAt++) {
        const id = await authorised()
        const options = { body: deed.body, key: `${deed.name} ${when} ${order} ${killAt}` }
        const url = `${path}/${id}/${deed.name}`
        life.arm(killAt, when)
        const first = await call(url, options)
        bench.clock.advance(leaseMs)
        if (order === 'completer first') await survivor.parts.completer.round()
        const answer = await survivor.call(url, options)
        await survivor.parts.completer.round()
        bench.clock.advance(leaseMs)
        await Promise.all([survivor.parts.voids.round(), survivor.parts.movements.round()])

        const where = `killed ${when} step ${killAt}`
        expect([answer.status, answer.body.status], `${where}: ${answer.text}`).toEqual([200, deed.status])
        expect(await endingOf(id), where).toEqual([deed.ending])
        expect(
          (await bench.events(id)).slice(3).map(({ type }) => type),
          where,
        ).toEqual(deed.events)
        expect(kindsOf(id), where).toEqual(deed.booked)
        // Whatever was acknowledged before the death is what the retry tells.
        if (first.status < 500) expect(first.text, where).toBe(answer.text)
        expect((await survivor.call(url, options)).text, where).toBe(answer.text)
        if (!life.died()) return expect(killAt, 'the deed has fewer effects than expected').toBeGreaterThan(8)
        expect(killAt, 'the deed takes more effects than expected').toBeLessThan(60)
      }
    })
})

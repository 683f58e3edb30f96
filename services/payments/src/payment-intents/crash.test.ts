import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'
import { mortal } from '../mortal.fixture.ts'
import { simulatorProcessor } from '../processors/simulator.work.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const leaseMs = 16_000

interface Deed {
  readonly name: string
  readonly want: { status: number; type: string; simulated: number }
  /** The request, the same each time; what it needs is made beforehand by a healthy process. */
  prepare(): Promise<{ path: string; body: object }>
}

const newIntent = async (): Promise<string> =>
  (await bench.call('/v1/payment_intents', { body: { amount: 1999, currency: 'usd' } })).body.id

const deeds: Deed[] = [
  {
    name: 'confirm',
    want: { status: 200, type: 'payment_intent.succeeded', simulated: 1 },
    prepare: async () => ({
      path: `/v1/payment_intents/${await newIntent()}/confirm`,
      body: { payment_method: 'pm_card_visa' },
    }),
  },
  {
    name: 'create with confirm',
    want: { status: 201, type: 'payment_intent.succeeded', simulated: 1 },
    prepare: () =>
      Promise.resolve({ path: '/payments/payment_intents', body: { amount: 1999, currency: 'usd', confirm: true } }),
  },
  {
    name: 'declined confirm',
    want: { status: 402, type: 'payment_intent.payment_failed', simulated: 0 },
    prepare: async () => ({
      path: `/v1/payment_intents/${await newIntent()}/confirm`,
      body: { payment_method: 'pm_card_chargeDeclined' },
    }),
  },
]

/** Whether the processor is another party, or writes in the database transaction of who asks it. */
type Where = 'apart' | 'within'

const mortalProcess = (where: Where = 'apart') => {
  const life = mortal()
  const { database, clock } = bench
  const processor = where === 'apart' ? bench.processor : simulatorProcessor({ db: database.db, clock })
  const { call } = bench.another({
    db: life.db(database.db),
    ledger: life.ledger(bench.ledger.client),
    processors: { test: life.processor(processor), live: undefined },
  })
  return { life, call }
}

const intentOf = ({ body }: Answer): string => body.error?.payment_intent.id ?? body.id

const recover = async (
  survivor: ReturnType<Bench['another']>,
  order: string,
  request: () => Promise<Answer>,
): Promise<Answer> => {
  bench.clock.advance(leaseMs)
  if (order === 'completer first') await survivor.parts.completer.round()
  const answer = await request()
  await survivor.parts.completer.round()
  bench.clock.advance(leaseMs)
  await survivor.parts.movements.round()
  return answer
}

const effectsMin = { apart: 12, within: 9 }
const all = deeds.flatMap((deed) => (['apart', 'within'] as const).map((where) => ({ ...deed, where })))

describe.each(all)('a process that dies during a $name, its processor $where', ({ where: at, ...deed }) => {
  for (const when of ['before', 'after'] as const) {
    // Charged within, there is nothing pending for the completer to find.
    for (const order of at === 'apart' ? ['completer first', 'retry first'] : ['retry first']) {
      test(`${when} any of its effects: with the ${order}, the same key converges to one charge`, async () => {
        const { life, call } = mortalProcess(at)
        const survivor = bench.another()
        for (let killAt = 1; ; killAt++) {
          const { path, body } = await deed.prepare()
          const options: CallOptions = { body, key: `${deed.name} ${at} ${when} ${order} ${killAt}` }
          life.arm(killAt, when)
          const first = await call(path, options)
          const answer = await recover(survivor, order, () => survivor.call(path, options))

          const where = `killed ${when} step ${killAt}`
          expect(answer.status, `${where}: ${answer.text}`).toBe(deed.want.status)
          const id = intentOf(answer)
          const charges = await bench.chargesOf(id)
          expect(charges, where).toHaveLength(1)
          expect(await bench.simulated(id), where).toBe(deed.want.simulated)
          const told = (await bench.events(id)).map(({ type }) => type)
          expect(
            told.filter((type) => type === deed.want.type),
            where,
          ).toHaveLength(1)
          expect(told, where).toHaveLength(3)
          const booked = [...bench.ledger.booked.values()].filter(({ metadata }) => metadata?.['payment_intent'] === id)
          expect(booked, where).toHaveLength(deed.want.simulated)
          const movement = await bench.movementOf(id)
          expect(movement?.['posting'], where).toBe(deed.want.simulated === 1 ? 'done' : undefined)
          expect(charges[0]?.['balance_transaction'], where).toBe(movement?.['id'] ?? null)
          // Whatever was acknowledged before the death is what the retry tells.
          if (first.status < 500) expect(first.text, where).toBe(answer.text)
          const replay = await survivor.call(path, options)
          expect([replay.status, replay.text], where).toEqual([answer.status, answer.text])
          if (!life.died())
            return expect(killAt, 'the deed has fewer effects than expected').toBeGreaterThan(effectsMin[at])
          expect(killAt, 'the deed takes more effects than expected').toBeLessThan(60)
        }
      })
    }
  }
})

test('without a key, what a dead process began is finished by the completer, and another confirm cannot charge again', async () => {
  const { life, call } = mortalProcess()
  for (const killAt of [4, 5, 6, 7, 8, 9, 10, 12, 14]) {
    const id = await newIntent()
    life.arm(killAt, 'after')
    await call(`/v1/payment_intents/${id}/confirm`, { body: { payment_method: 'pm_card_visa' } })
    const second = await bench.call(`/v1/payment_intents/${id}/confirm`, { body: { payment_method: 'pm_card_visa' } })
    expect([200, 400, 429]).toContain(second.status)
    bench.clock.advance(leaseMs)
    await bench.parts.completer.round()
    await bench.parts.movements.round()
    expect((await bench.call(`/v1/payment_intents/${id}`)).body.status).toBe('succeeded')
    expect(await bench.simulated(id)).toBe(1)
  }
})

test('two completers at once settle an abandoned charge once', async () => {
  const id = await newIntent()
  bench.processor.charges.push('throws_before', 'throws_before')
  const { body } = await bench.call(`/v1/payment_intents/${id}/confirm`, { body: { payment_method: 'pm_card_visa' } })
  expect(body.status).toBe('processing')
  bench.clock.advance(leaseMs)
  const other = bench.another().parts
  await Promise.all([bench.parts.completer.round(), other.completer.round(), other.completer.round()])
  expect(await bench.simulated(id)).toBe(1)
  expect((await bench.events(id)).map(({ type }) => type)).toEqual([
    'payment_intent.created',
    'payment_intent.processing',
    'charge.succeeded',
    'payment_intent.succeeded',
  ])
})

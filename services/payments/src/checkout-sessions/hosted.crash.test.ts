import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dieAtEach, mortalProcess } from '../mortal.fixture.ts'
import { createBench, patientConfig, type Bench } from '../payments.fixture.ts'
import { insertEvent } from '../processor-webhooks/inbox.store.ts'
import { hatOnSale, liveProcessor, scriptedPages, sessionsOf } from './hosted.fixture.ts'

let bench: Bench
let there: ReturnType<typeof scriptedPages>
let dying: ReturnType<typeof mortalProcess>
let living: ReturnType<Bench['another']>
const answers: Parameters<typeof scriptedPages>[1] = {}
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  there = scriptedPages(bench, answers)
  dying = mortalProcess(bench, there.live)
  living = bench.another({ processors: { test: bench.processor, live: there.live } })
}, 120_000)
afterAll(() => bench[Symbol.asyncDispose]())

let deeds = 0
/** A merchant whose first processor makes no page and whose second does. */
const setUp = async (merchant: string) => {
  const [first, second] = [await liveProcessor(bench, merchant, 1), await liveProcessor(bench, merchant, 2)]
  answers[first] = 'refuses'
  answers[second] = 'makes'
  const sessions = sessionsOf(living.call, merchant)
  const told = async (id: string) => (await bench.events(id)).map(({ type }) => type)

  /** What the next process does by itself. */
  const goOn = async (): Promise<void> => {
    for (let times = 0; times < 2; times++) {
      bench.clock.advance(10 * 60_000)
      await living.parts.inbox.round()
      await living.parts.sessions.round()
    }
    bench.clock.advance(16_000)
    await living.parts.movements.round()
  }

  const expectPaidOnce = async (id: string, where: string): Promise<void> => {
    const { body: session } = await sessions(`/${id}`)
    expect([session.status, session.payment_status], where).toEqual(['complete', 'paid'])
    const intent = String(session.payment_intent)
    const charges = await bench.chargesOf(intent)
    expect(
      charges.map(({ id: charge, status, processor, amount }) => [charge, status, processor, amount]),
      where,
    ).toEqual([[there.pageOf(id).charge, 'succeeded', second, 1500n]])
    expect(await told(id), where).toEqual(['checkout.session.completed'])
    expect(await told(intent), where).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.completed',
    ])
    const movements = await bench.database.db.sql`
      select posting from payments.movements where metadata ->> 'payment_intent' = ${intent}`
    expect(movements, where).toEqual([{ posting: 'done' }])
    const customers = await bench.database.db.sql`
      select from payments.outbox where type = 'customer.created' and object ->> 'id' = ${String(session.customer)}`
    expect(customers, where).toHaveLength(1)
  }
  return { merchant, second, sessions, told, goOn, expectPaidOnce }
}

const body = { ...hatOnSale, customer_creation: 'always' }

for (const when of ['before', 'after'] as const)
  describe(`a process that dies ${when} any of its effects`, { timeout: 200_000 }, () => {
    for (const order of ['its worker first', 'the retry first'] as const)
      test(`while a session of live mode is made, ${order}: it is made once, and paid once`, async () => {
        const merchant = `acct_make${when}${order.length}`
        const { sessions, goOn, expectPaidOnce } = await setUp(merchant)
        const made = new Set<string>()
        await dieAtEach(dying.life, when, {
          effectsMin: 12,
          prepare: () => Promise.resolve(`${merchant} ${++deeds}`),
          do: (key) => sessionsOf(dying.call, merchant)('', { key, body }),
          async check(key, where) {
            bench.clock.advance(16_000)
            if (order === 'its worker first') await living.parts.sessions.round()
            const answer = await sessions('', { key, body })
            expect([answer.status, answer.body.status], `${where}: ${answer.text}`).toEqual([200, 'open'])
            expect(answer.body.url, where).toBe(`http://gateway.test/checkout/pay/${answer.body.id}`)
            expect(made.has(answer.body.id), where).toBe(false)
            made.add(answer.body.id)
            await goOn()
            expect((await sessions('', { key, body })).body.id, where).toBe(answer.body.id)
            there.pay(answer.body.id)
            await goOn()
            await expectPaidOnce(answer.body.id, where)
          },
        })
        // Nothing was begun that nobody knows of.
        const { body: all } = await sessions('?limit=100')
        const ids = (all as unknown as { data: { id: string }[] }).data.map(({ id }) => id)
        expect(new Set(ids)).toEqual(made)
      })

    const create = async ({ sessions }: Awaited<ReturnType<typeof setUp>>): Promise<string> =>
      (await sessions('', { body })).body.id

    test('while the payment on a page is looked up books it once', async () => {
      const world = await setUp(`acct_look${when}`)
      await dieAtEach(dying.life, when, {
        effectsMin: 10,
        async prepare() {
          const id = await create(world)
          there.pay(id)
          bench.clock.advance(60_000)
          return id
        },
        do: () => dying.parts.sessions.round(),
        async check(id, where) {
          await world.goOn()
          await world.expectPaidOnce(id, where)
        },
      })
    })

    test('while a processor tells of a page books it once', async () => {
      const world = await setUp(`acct_ring${when}`)
      const { merchant, second: processor } = world
      await dieAtEach(dying.life, when, {
        effectsMin: 10,
        async prepare() {
          const id = await create(world)
          there.pay(id)
          const { id: object } = there.pageOf(id)
          const event = { type: 'checkout.session.completed', object, received_at: bench.clock.now() }
          for (const name of ['a', 'b'])
            await insertEvent(bench.database.db.sql, {
              ...event,
              id: `evt_${name}_${object}`,
              processor,
              merchant,
              mode: 'live',
            })
          return id
        },
        do: () => dying.parts.inbox.round(),
        async check(id, where) {
          await world.goOn()
          await world.expectPaidOnce(id, where)
        },
      })
    })

    test('while a session is expired ends it here and there, once', async () => {
      const world = await setUp(`acct_end${when}`)
      await dieAtEach(dying.life, when, {
        effectsMin: 6,
        prepare: () => create(world),
        do: (id) => sessionsOf(dying.call, world.merchant)(`/${id}/expire`, { body: {}, key: `end ${id}` }),
        async check(id, where) {
          bench.clock.advance(16_000)
          const again = await world.sessions(`/${id}/expire`, { body: {}, key: `end ${id}` })
          expect([again.status, again.body.status], `${where}: ${again.text}`).toEqual([200, 'expired'])
          await world.goOn()
          expect((await world.sessions(`/${id}`)).body.status, where).toBe('expired')
          expect(await world.told(id), where).toEqual(['checkout.session.expired'])
          expect(there.fateOf(id), where).toBe('over')
        },
      })
    })

    test('while the time of a session is over ends it here and there, once', async () => {
      const world = await setUp(`acct_time${when}`)
      await dieAtEach(dying.life, when, {
        effectsMin: 6,
        async prepare() {
          const id = await create(world)
          bench.clock.advance(86_401_000)
          return id
        },
        do: () => dying.parts.sessions.round(),
        async check(id, where) {
          await world.goOn()
          expect((await world.sessions(`/${id}`)).body.status, where).toBe('expired')
          expect(await world.told(id), where).toEqual(['checkout.session.expired'])
          expect(there.fateOf(id), where).toBe('over')
        },
      })
    })
  })

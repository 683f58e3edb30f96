import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '@micro/testing'
import { createBench, patientConfig, type Bench } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ config: { ...patientConfig, ledgerWaitMs: 20_000 } })
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(() => {
  bench.ledger.behaviour = 'up'
})

const pay = async (call = bench.call): Promise<string> => {
  const { body } = await call('/payments/payment_intents', {
    body: { amount: 1999, currency: 'usd', confirm: true },
  })
  expect(body.status).toBe('succeeded')
  return body.id
}
const postingOf = (intent: string) => bench.movementOf(intent)
const bookedFor = (intent: string) =>
  [...bench.ledger.booked.values()].filter(({ metadata }) => metadata?.['payment_intent'] === intent)

test('while the ledger is down payments succeed; their postings follow when it is up again, once each', async () => {
  bench.ledger.behaviour = 'down'
  const intents = [await pay(), await pay(), await pay()]
  for (const id of intents)
    expect(await postingOf(id)).toMatchObject({ posting: 'due', ledger_transaction: null, posting_attempts: 1 })
  bench.clock.advance(1_000)
  await bench.parts.movements.round()
  for (const id of intents) expect(await postingOf(id)).toMatchObject({ posting: 'due', posting_attempts: 2 })

  bench.ledger.behaviour = 'up'
  await bench.parts.movements.round()
  expect(bookedFor(intents[0] ?? ''), 'a failed posting waits longer each time').toEqual([])
  bench.clock.advance(2_000)
  await Promise.all([bench.parts.movements.round(), bench.another().parts.movements.round()])
  for (const id of intents) {
    expect(bookedFor(id)).toHaveLength(1)
    expect(await postingOf(id)).toMatchObject({ posting: 'done', posting_after: null })
  }
})

test('a posting whose answer was lost is repeated under its reference and booked once', async () => {
  bench.ledger.behaviour = 'answer_lost'
  const id = await pay()
  expect(await postingOf(id)).toMatchObject({ posting: 'due' })
  bench.ledger.behaviour = 'up'
  bench.clock.advance(1_000)
  await bench.parts.movements.round()
  expect(bookedFor(id)).toHaveLength(1)
  expect(await postingOf(id)).toMatchObject({ posting: 'done' })
})

test('a ledger that hangs delays confirm by no more than its bound, and the worker posts later', async () => {
  bench.ledger.behaviour = 'hangs'
  const id = await pay(bench.another({ config: patientConfig }).call)
  bench.ledger.behaviour = 'up'
  bench.clock.advance(bench.config.chargeLeaseMs)
  await bench.parts.movements.round()
  expect(bookedFor(id)).toHaveLength(1)
})

test('a change of the rates between success and posting does not change what is posted', async () => {
  bench.ledger.behaviour = 'answer_lost'
  const id = await pay()
  bench.ledger.behaviour = 'up'
  bench.clock.advance(1_000)
  const dearer = bench.another({ config: { ...bench.config, fee: { basisPoints: 1_000n, fixed: 100n } } })
  await dearer.parts.movements.round()
  expect(await postingOf(id)).toMatchObject({ posting: 'done', fee: 88n })
})

test('the workers of a running service find what is due by themselves, and stop in bounded time', async () => {
  bench.ledger.behaviour = 'down'
  const id = await pay()
  bench.ledger.behaviour = 'up'
  bench.clock.advance(1_000)
  const { service } = bench.another().parts
  await service.start()
  await service.ready()
  await eventually(async () => (await postingOf(id))?.['posting'] === 'done')
  await service.stop()
})

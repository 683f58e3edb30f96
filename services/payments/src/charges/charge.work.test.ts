import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench, type Misbehaviour } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const leaseMs = 16_000

const create = async (): Promise<string> =>
  (await bench.call('/v1/payment_intents', { body: { amount: 1999, currency: 'usd' } })).body.id
const confirm = (id: string, key?: string, paymentMethod = 'pm_card_visa'): Promise<Answer> =>
  bench.call(`/v1/payment_intents/${id}/confirm`, {
    body: { payment_method: paymentMethod },
    ...(key === undefined ? {} : { key }),
  })
const statusOf = async (id: string): Promise<string> => (await bench.call(`/v1/payment_intents/${id}`)).body.status

describe('an ambiguous result of the processor', () => {
  const found: [Misbehaviour, number][] = [
    // How the first sending goes wrong, and how often the charge is sent until its result is known.
    ['throws_before', 2],
    ['throws_after', 1],
    ['hangs_before', 2],
    ['hangs_after', 1],
  ]
  for (const [how, sendings] of found) {
    test(`${how}: is looked up by our id, and sent again only when it certainly did not arrive`, async () => {
      const id = await create()
      const before = bench.processor.sent
      bench.processor.charges.push(how)
      expect((await confirm(id)).body.status).toBe('succeeded')
      expect(bench.processor.sent - before).toBe(sendings)
      expect(await bench.simulated(id)).toBe(1)
    })
  }

  for (const how of ['throws_before', 'hangs_before'] as const) {
    test(`while even the look-up ${how}, the intent is processing and nothing is sent again`, async () => {
      const id = await create()
      const before = bench.processor.sent
      bench.processor.charges.push('throws_after')
      bench.processor.finds.push(how)
      const first = await confirm(id, `unknown-${how}`)
      expect([first.status, first.body.status]).toEqual([200, 'processing'])
      expect(bench.processor.sent - before).toBe(1)
      expect((await confirm(id)).body.error['code']).toBe('lock_timeout')

      await bench.parts.completer.round()
      expect(await statusOf(id), 'fresh charges are left alone').toBe('processing')
      bench.clock.advance(leaseMs)
      expect((await confirm(id)).body.error['code'], 'an unknown result is told as the status').toBe(
        'payment_intent_unexpected_state',
      )
      await bench.parts.completer.round()
      expect(await statusOf(id)).toBe('succeeded')
      expect(bench.processor.sent - before).toBe(1)
      expect((await bench.events(id)).map(({ type }) => type)).toEqual([
        'payment_intent.created',
        'payment_intent.processing',
        'charge.succeeded',
        'payment_intent.succeeded',
      ])
      const again = await confirm(id, `unknown-${how}`)
      expect([again.text, again.headers['idempotent-replayed']], 'a key tells what it told first').toEqual([
        first.text,
        'true',
      ])
    })
  }

  test('a processor that stays down keeps the intent processing until it is back', async () => {
    const id = await create()
    bench.processor.charges.push('throws_before', 'throws_before', 'throws_before')
    expect((await confirm(id, undefined, 'pm_card_chargeDeclined')).body.status).toBe('processing')
    bench.clock.advance(leaseMs)
    await bench.parts.completer.round()
    expect(await statusOf(id)).toBe('processing')
    await bench.parts.completer.round()
    expect(await statusOf(id), 'the completer waits for its lease too').toBe('processing')
    bench.clock.advance(leaseMs)
    await bench.parts.completer.round()
    expect(await statusOf(id)).toBe('requires_payment_method')
    expect((await bench.chargesOf(id)).map(({ status }) => status)).toEqual(['failed'])
  })
})

test('an answer that comes after the completer settled the charge changes nothing', async () => {
  const id = await create()
  let answered = (): void => {}
  const held = new Promise<void>((resolve) => (answered = resolve))
  const slow = bench.another({
    config: { ...bench.config, processorTimeoutMs: 20_000 },
    processors: {
      test: {
        ...bench.processor,
        charge: async (...args) => {
          const outcome = await bench.processor.charge(...args)
          await held
          return outcome
        },
      },
      live: undefined,
    },
  })
  const late = slow.call(`/v1/payment_intents/${id}/confirm`, { body: { payment_method: 'pm_card_visa' }, key: 'late' })
  await expect.poll(() => bench.simulated(id)).toBe(1)
  bench.clock.advance(leaseMs)
  await bench.parts.completer.round()
  expect(await statusOf(id)).toBe('succeeded')
  answered()
  expect((await late).body.error['code']).toBe('idempotency_key_in_use')
  expect((await confirm(id, 'late')).body.status).toBe('succeeded')
  expect(await bench.events(id)).toHaveLength(3)
})

import { memoryBus } from '@micro/bus'
import { clockAheadSecondsMax, type BusMessages } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, patientConfig, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
const bus = memoryBus<BusMessages>({ onError: () => {} })
beforeAll(async () => {
  bench = await createBench({ bus, config: patientConfig })
})
afterAll(() => bench[Symbol.asyncDispose]())

const advance = (body: object, options: CallOptions = {}): Promise<Answer> =>
  bench.call('/v1/test_helpers/clock/advance', { body, ...options })
const clockOf = async (merchant: string): Promise<{ now: number; ahead_seconds: number }> =>
  (await bench.call('/v1/test_helpers/clock', { merchant })).body as never
const realNow = (): number => unixSeconds(bench.clock.now())

test("a merchant's clock shows the real time until it is advanced, by seconds or to a time, and only that merchant's", async () => {
  expect(await clockOf('acct_t')).toMatchObject({ object: 'test_helpers.clock', now: realNow(), ahead_seconds: 0 })
  const merchant = 'acct_t'
  expect((await advance({ advance_by: 3600 }, { merchant })).body).toMatchObject({ ahead_seconds: 3600 })
  expect((await advance({ to: realNow() + 7200 }, { merchant })).body).toMatchObject({ now: realNow() + 7200 })
  bench.clock.advance(5_000)
  expect(await clockOf(merchant)).toMatchObject({ now: realNow() + 7200, ahead_seconds: 7200, livemode: false })
  expect(await clockOf('acct_other')).toMatchObject({ now: realNow(), ahead_seconds: 0 })
})

describe('refused, by name', () => {
  for (const [body, param] of [
    [{}, 'advance_by'],
    [{ advance_by: 0 }, 'advance_by'],
    [{ advance_by: -5 }, 'advance_by'],
    [{ advance_by: clockAheadSecondsMax + 1 }, 'advance_by'],
    [{ advance_by: 1, to: 9_999_999_999 }, 'to'],
    [{ to: 1 }, 'to'],
    [{ to: 9_999_999_999 }, 'to'],
  ] as const)
    test(`${JSON.stringify(body)}: ${param}`, async () => {
      const { status, body: answer } = await advance(body, { merchant: 'acct_r' })
      expect([status, answer.error['param']]).toEqual([400, param])
      expect(await clockOf('acct_r')).toMatchObject({ ahead_seconds: 0 })
    })

  test('live mode, where only the real time counts', async () => {
    for (const answer of [
      await advance({ advance_by: 1 }, { mode: 'live' }),
      await bench.call('/v1/test_helpers/clock', { mode: 'live' }),
    ])
      expect([answer.status, answer.body.error['code']]).toEqual([400, 'test_mode_only'])
    await expect(
      bench.database.owner.sql`insert into payments.merchant_clocks (merchant, mode) values ('acct_a', 'live')`,
    ).rejects.toThrow('merchant_clocks_mode_check')
  })

  test('more than two years in all, however small the steps', async () => {
    const merchant = 'acct_far'
    expect((await advance({ advance_by: clockAheadSecondsMax }, { merchant })).status).toBe(200)
    expect((await advance({ advance_by: 1 }, { merchant })).body.error['param']).toBe('advance_by')
  })
})

test('twenty advances at once add up, and one under a key counts once', async () => {
  const merchant = 'acct_many'
  await Promise.all(Array.from({ length: 20 }, () => advance({ advance_by: 10 }, { merchant })))
  await advance({ advance_by: 5 }, { merchant, key: 'once' })
  expect((await advance({ advance_by: 5 }, { merchant, key: 'once' })).headers['idempotent-replayed']).toBe('true')
  expect(await clockOf(merchant)).toMatchObject({ ahead_seconds: 205 })
})

test('another process goes by the new time as soon as it hears of it, and without the bus after two seconds', async () => {
  const tenant = { merchant: 'acct_b', mode: 'test' } as const
  const hearing = bench.another({ bus }).parts.merchantTime
  const deaf = bench.another({ bus: memoryBus<BusMessages>({ onError: () => {} }) }).parts.merchantTime
  for (const time of [hearing, deaf]) expect(unixSeconds(await time.now(tenant))).toBe(realNow())
  let heard = 0
  hearing.onAdvance(() => heard++)
  await advance({ advance_by: 86_400 }, { merchant: tenant.merchant })
  await eventually(async () => expect(unixSeconds(await hearing.now(tenant))).toBe(realNow() + 86_400))
  expect(heard).toBe(1)
  expect(unixSeconds(await deaf.now(tenant))).toBe(realNow())
  bench.clock.advance(2_000)
  expect(unixSeconds(await deaf.now(tenant))).toBe(realNow() + 86_400)
  expect(unixSeconds(await deaf.now({ ...tenant, mode: 'live' })), 'live money keeps to the real time').toBe(realNow())
})

test('money charged after an advance settles by the merchant’s time', async () => {
  const merchant = 'acct_s'
  await advance({ advance_by: 10 * 86_400 }, { merchant })
  const { body } = await bench.call('/payments/payment_intents', {
    merchant,
    body: { amount: 1000, currency: 'usd', confirm: true },
  })
  const midnight = Math.floor(realNow() / 86_400) * 86_400
  expect((await bench.movementOf(body.id))?.['available_on']).toEqual(new Date((midnight + 12 * 86_400) * 1_000))
})

import { monotonicMs, systemClock } from '@micro/kernel'
import { eventually, freePort, redisAvailable, startRedis, type TestRedis } from '@micro/testing'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limiterConformance } from './conformance.ts'
import { closeAll, openLimiters, openRaw, pass, type GatewayLimiter } from './redis-limiter.fixture.ts'
import { redisLimiter } from './redis-limiter.ts'

const windowMs = 60_000
const key = 'key:1'

/** How many of `tries` requests at each gateway, all at once, are let through. */
const storm = async (limiters: readonly GatewayLimiter[], limit: number, tries = 2 * limit): Promise<number[]> =>
  Promise.all(
    limiters.map(async (limiter) => {
      const all = await Promise.all(Array.from({ length: tries }, () => limiter.take({ key, limit, windowMs })))
      return all.filter(({ allowed }) => allowed).length
    }),
  )
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const exact = (...limiters: GatewayLimiter[]) =>
  eventually(async () => {
    for (const limiter of limiters) await limiter.take({ key: 'other:1', limit: 1, windowMs, cost: 0 })
    return limiters.every((limiter) => limiter.mode() === 'exact')
  })

let redis: TestRedis

describe.skipIf(!redisAvailable())('redisLimiter', () => {
  beforeAll(async () => {
    redis = await startRedis({ password: 'secret' })
  })
  beforeEach(async () => {
    await (await openRaw(redis.url)).flushAll()
  })
  afterEach(closeAll)
  afterAll(() => redis.stop())

  describe('conforms', () => {
    limiterConformance(async () => {
      const [limiter] = await openLimiters(redis.url, 1)
      return { limiter: limiter!, windowMs: 3_000, pass }
    })
  })

  test('tells which Redis answers, and while none does, none', async () => {
    const [limiter] = await openLimiters(redis.url, 1)
    expect(await limiter?.version()).toMatch(/^\d+\.\d+\.\d+/)
    const nowhere = redisLimiter({
      url: `redis://127.0.0.1:${await freePort()}`,
      instance: 'gw0',
      replicas: 1,
      clock: systemClock,
      onError: () => {},
    })
    expect(await nowhere.version()).toBeNull()
    nowhere.close()
  })

  test('four gateways, asked at once, let exactly the limit through together', async () => {
    expect(sum(await storm(await openLimiters(redis.url, 4), 100))).toBe(100)
  })

  test('no rolling window of four gateways passes more than the limit, and none is wasted', async () => {
    const limiters = await openLimiters(redis.url, 4)
    let runs = 0
    const load = fc.record({
      limit: fc.integer({ min: 1, max: 12 }),
      parallel: fc.integer({ min: 1, max: 4 }),
      small: fc.constantFrom(120, 200),
    })
    await fc.assert(
      fc.asyncProperty(load, async ({ limit, parallel, small }) => {
        const run = `key:run-${++runs}`
        const startedMs = monotonicMs()
        const passed: { fromMs: number; toMs: number }[] = []
        const hammer = async (limiter: GatewayLimiter): Promise<void> => {
          // Where the machine stood still for most of that, until two windows have been open.
          while (monotonicMs() - startedMs < 4.5 * small || passed.length < 2 * limit) {
            const fromMs = monotonicMs()
            const { allowed } = await limiter.take({ key: run, limit, windowMs: small })
            if (allowed) passed.push({ fromMs, toMs: monotonicMs() })
          }
        }
        await Promise.all(limiters.flatMap((limiter) => Array.from({ length: parallel }, () => hammer(limiter))))
        expect(limiters.map((limiter) => limiter.mode())).toEqual(['exact', 'exact', 'exact', 'exact'])
        passed.sort((a, b) => a.fromMs - b.fromMs)
        // Redis let it through somewhere between asking and answer, so this many lie in one window beyond doubt.
        const certain = passed.map(
          ({ fromMs }, at) => passed.slice(at).filter(({ toMs }) => toMs < fromMs + small).length,
        )
        expect(Math.max(...certain)).toBeLessThanOrEqual(limit)
        expect(passed.length).toBeGreaterThanOrEqual(2 * limit)
      }),
      { numRuns: 6 },
    )
  })

  test('a script forgotten by Redis is sent again', async () => {
    const [limiter] = await openLimiters(redis.url, 1)
    await (await openRaw(redis.url)).scriptFlush()
    expect(await storm([limiter!], 5)).toEqual([5])
    expect(limiter!.mode()).toBe('exact')
  })

  test('an idle key disappears, and the key is the hash tag', async () => {
    const [limiter] = await openLimiters(redis.url, 1)
    const raw = await openRaw(redis.url)
    await limiter!.take({ key, limit: 1, windowMs: 100 })
    expect(await raw.keys('*')).toEqual(['rl:{key:1}'])
    await eventually(async () => (await raw.dbSize()) === 0)
  })

  test('a Redis clock set back keeps a window shut no longer than the window', async () => {
    const [limiter] = await openLimiters(redis.url, 1)
    const raw = await openRaw(redis.url)
    const [seconds] = await raw.time()
    const hourAheadUs = (Number(seconds) + 3_600) * 1_000_000
    await raw.zAdd('rl:{key:1}', [
      { score: hourAheadUs, value: 'other:1' },
      { score: hourAheadUs - 100_000, value: 'other:2' },
    ])
    const { allowed, resetMs } = await limiter!.take({ key, limit: 2, windowMs: 300 })
    expect(allowed).toBe(false)
    expect(resetMs).toBeLessThanOrEqual(200)
    await pass(resetMs)
    expect((await limiter!.take({ key, limit: 2, windowMs: 300 })).allowed).toBe(true)
  })

  test('Redis going down and coming back empty: the windows pass the stated bound at most', async () => {
    const limiters = await openLimiters(redis.url, 4)
    const [first] = limiters
    // The worst case: one gateway has let all through, then every other one lets its own share through alone.
    expect(await storm([first!], 20)).toEqual([20])
    await redis.kill()
    await eventually(() => limiters.every((limiter) => limiter.mode() === 'local'))
    expect(await storm(limiters, 20)).toEqual([0, 5, 5, 5])
    await redis.restart()
    await exact(...limiters)
    // Each tells what it knows before it asks, so nothing more gets through although Redis started empty.
    expect(await storm([first!], 20)).toEqual([0])
    expect(await storm(limiters, 20)).toEqual([0, 0, 0, 0])
    expect(await (await openRaw(redis.url)).zCard('rl:{key:1}')).toBe(35)
  })

  test('Redis losing its memory lets at most the limit through once more, whoever asks first', async () => {
    const [first, second] = await openLimiters(redis.url, 2)
    expect(await storm([first!], 20)).toEqual([20])
    await (await openRaw(redis.url)).flushAll()
    expect(await storm([second!], 20)).toEqual([20])
    expect(await storm([first!, second!], 20)).toEqual([0, 0])
    expect(await (await openRaw(redis.url)).zCard('rl:{key:1}')).toBe(40)
  })

  test('a single gateway stays exact over any loss: away, empty, flushed', async () => {
    const [limiter] = await openLimiters(redis.url, 1)
    expect(await storm([limiter!], 10, 3)).toEqual([3])
    await redis.kill()
    await eventually(() => limiter!.mode() === 'local')
    expect(await storm([limiter!], 10, 3)).toEqual([3])
    await redis.restart()
    await exact(limiter!)
    expect(await storm([limiter!], 10, 3)).toEqual([3])
    await (await openRaw(redis.url)).flushAll()
    expect(await storm([limiter!], 10)).toEqual([1])
  })

  test('a frozen Redis costs a few requests 50 ms, then none, and is used again once it answers', async () => {
    const [limiter] = await openLimiters(redis.url, 1, { answerMsMax: 50 })
    await limiter!.take({ key, limit: 100, windowMs })
    redis.freeze()
    const modes: string[] = []
    for (let at = 0; at < 8; at++) {
      expect((await limiter!.take({ key, limit: 100, windowMs })).allowed).toBe(true)
      modes.push(limiter!.mode())
    }
    // Locally nothing is asked, so nothing is waited for.
    expect(modes.slice(4)).toEqual(['local', 'local', 'local', 'local'])
    redis.thaw()
    await exact(limiter!)
    expect((await limiter!.take({ key, limit: 100, windowMs })).remaining).toBeLessThanOrEqual(90)
  })

  test('a Redis that cannot write is as good as away', async () => {
    const [limiter] = await openLimiters(redis.url, 2)
    const raw = await openRaw(redis.url)
    await raw.replicaOf('127.0.0.1', 1)
    expect(await storm([limiter!], 10)).toEqual([5])
    expect(limiter!.mode()).toBe('local')
    await raw.sendCommand(['REPLICAOF', 'NO', 'ONE'])
    await exact(limiter!)
  })
})

test('without any Redis, a gateway lets its share through and tells when the next may come', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`
  const limiter = redisLimiter({ url, instance: 'gw', replicas: 3, clock: systemClock, onError: () => {} })
  expect(await storm([limiter], 10)).toEqual([4])
  expect(limiter.mode()).toBe('local')
  const small = { key: 'key:2', limit: 3, windowMs: 200 }
  await limiter.take(small)
  const { allowed, resetMs } = await limiter.take(small)
  expect(allowed).toBe(false)
  await pass(resetMs)
  expect((await limiter.take({ ...small, cost: 0 })).allowed).toBe(true)
  limiter.close()
})

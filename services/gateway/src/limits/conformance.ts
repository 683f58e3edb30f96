import { expect, test } from 'vitest'
import type { Limiter } from './limiter.ts'

export interface LimiterUnderTest {
  readonly limiter: Limiter
  readonly windowMs: number
  /** Resolves once so much of the limiter's time has passed. */
  readonly pass: (ms: number) => Promise<void>
}

/** What every limiter must do, wherever it remembers. `create` is called for each test and gives fresh keys. */
export const limiterConformance = (create: () => Promise<LimiterUnderTest>): void => {
  const key = 'key:1'

  test('exactly the limit passes, and each answer counts down', async () => {
    const { limiter, windowMs } = await create()
    for (let at = 0; at < 20; at++) {
      const taken = await limiter.take({ key, limit: 20, windowMs })
      expect(taken).toMatchObject({ allowed: true, remaining: 19 - at })
      expect(taken.resetMs).toBeGreaterThan(0)
      expect(taken.resetMs).toBeLessThanOrEqual(windowMs)
    }
    expect(await limiter.take({ key, limit: 20, windowMs })).toMatchObject({ allowed: false, remaining: 0 })
  })

  test('the window slides: what came later leaves later', async () => {
    const { limiter, windowMs, pass } = await create()
    await limiter.take({ key, limit: 2, windowMs })
    await pass(windowMs / 2)
    await limiter.take({ key, limit: 2, windowMs })
    const { allowed, resetMs } = await limiter.take({ key, limit: 2, windowMs })
    expect(allowed).toBe(false)
    expect(resetMs).toBeLessThanOrEqual(windowMs / 2)
    await pass(resetMs)
    expect((await limiter.take({ key, limit: 2, windowMs })).allowed).toBe(true)
    expect((await limiter.take({ key, limit: 2, windowMs })).allowed).toBe(false)
  })

  test('whoever waits as told gets through, and denied requests do not push that back', async () => {
    const { limiter, windowMs, pass } = await create()
    await limiter.take({ key, limit: 1, windowMs })
    await pass(windowMs / 3)
    for (let at = 0; at < 20; at++) expect((await limiter.take({ key, limit: 1, windowMs })).allowed).toBe(false)
    await pass((await limiter.take({ key, limit: 1, windowMs })).resetMs)
    expect((await limiter.take({ key, limit: 1, windowMs })).allowed).toBe(true)
  })

  test('keys do not share a window', async () => {
    const { limiter, windowMs } = await create()
    for (const one of ['key:1', 'key:2', 'ip:1']) {
      expect((await limiter.take({ key: one, limit: 1, windowMs })).allowed).toBe(true)
      expect((await limiter.take({ key: one, limit: 1, windowMs })).allowed).toBe(false)
    }
  })

  test('cost 0 looks without taking', async () => {
    const { limiter, windowMs } = await create()
    const look = () => limiter.take({ key, limit: 1, windowMs, cost: 0 })
    for (let at = 0; at < 3; at++) expect(await look()).toEqual({ allowed: true, remaining: 1, resetMs: 0 })
    await limiter.take({ key, limit: 1, windowMs })
    expect(await look()).toMatchObject({ allowed: false, remaining: 0 })
  })

  test('a lowered limit waits until as many have left as are too many', async () => {
    const { limiter, windowMs, pass } = await create()
    await limiter.take({ key, limit: 2, windowMs })
    await pass(windowMs / 3)
    await limiter.take({ key, limit: 2, windowMs })
    const { allowed, resetMs } = await limiter.take({ key, limit: 1, windowMs })
    expect(allowed).toBe(false)
    await pass(resetMs)
    expect((await limiter.take({ key, limit: 1, windowMs })).allowed).toBe(true)
  })

  test('of 300 at once with a limit of 100, exactly 100 pass', async () => {
    const { limiter } = await create()
    const all = await Promise.all(
      Array.from({ length: 300 }, () => limiter.take({ key, limit: 100, windowMs: 10_000 })),
    )
    expect(all.filter(({ allowed }) => allowed)).toHaveLength(100)
  })

  test('it says that it is exact', async () => expect((await create()).limiter.mode()).toBe('exact'))
}

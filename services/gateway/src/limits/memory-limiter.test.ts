import { fakeClock } from '@micro/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limiterConformance } from './conformance.ts'
import { memoryLimiter } from './memory-limiter.ts'

const windowMs = 60_000

describe('memoryLimiter conforms', () => {
  limiterConformance(() => {
    const clock = fakeClock()
    const pass = (ms: number) => Promise.resolve(clock.advance(ms))
    return Promise.resolve({ limiter: memoryLimiter({ clock }), windowMs, pass })
  })
})

describe('memoryLimiter', () => {
  test('exactly the limit passes, the next is told when the oldest leaves', async () => {
    const clock = fakeClock()
    const limiter = memoryLimiter({ clock })
    for (let at = 0; at < 100; at++) {
      expect(await limiter.take({ key: 'key:1', limit: 100, windowMs })).toMatchObject({
        allowed: true,
        remaining: 99 - at,
      })
      clock.advance(100)
    }
    expect(await limiter.take({ key: 'key:1', limit: 100, windowMs })).toEqual({
      allowed: false,
      remaining: 0,
      resetMs: 50_000,
    })
    clock.advance(49_999)
    expect((await limiter.take({ key: 'key:1', limit: 100, windowMs })).allowed).toBe(false)
    clock.advance(1)
    expect((await limiter.take({ key: 'key:1', limit: 100, windowMs })).allowed).toBe(true)
  })

  test('no rolling window holds more than the limit, whatever the arrivals', async () => {
    const arrivals = fc.array(
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 90_000 })),
      { maxLength: 300 },
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), arrivals, async (limit, gaps) => {
        const clock = fakeClock()
        const limiter = memoryLimiter({ clock })
        const passed: number[] = []
        for (const gap of gaps) {
          clock.advance(gap)
          const nowMs = clock.now().getTime()
          const inWindow = passed.filter((ms) => ms > nowMs - windowMs).length
          const taken = await limiter.take({ key: 'key:1', limit, windowMs })
          // Both directions: never one too many, and never one refused that had room.
          expect(taken.allowed).toBe(inWindow < limit)
          if (taken.allowed) passed.push(nowMs)
        }
      }),
    )
  })

  test('whoever waits as told gets through', async () => {
    const clock = fakeClock()
    const limiter = memoryLimiter({ clock })
    for (let at = 0; at < 25; at++) {
      const taken = await limiter.take({ key: 'key:1', limit: 3, windowMs })
      if (!taken.allowed) {
        clock.advance(taken.resetMs)
        expect((await limiter.take({ key: 'key:1', limit: 3, windowMs })).allowed).toBe(true)
      }
      clock.advance(7_001)
    }
  })

  test('keys do not share a window, and denied requests are not counted', async () => {
    const clock = fakeClock()
    const limiter = memoryLimiter({ clock })
    await limiter.take({ key: 'key:1', limit: 1, windowMs })
    clock.advance(30_000)
    for (let at = 0; at < 50; at++)
      expect((await limiter.take({ key: 'key:1', limit: 1, windowMs })).allowed).toBe(false)
    expect((await limiter.take({ key: 'key:2', limit: 1, windowMs })).allowed).toBe(true)
    clock.advance(30_000)
    expect((await limiter.take({ key: 'key:1', limit: 1, windowMs })).allowed).toBe(true)
  })

  test('cost 0 looks without taking', async () => {
    const limiter = memoryLimiter({ clock: fakeClock() })
    for (let at = 0; at < 5; at++)
      expect((await limiter.take({ key: 'ip:1', limit: 1, windowMs, cost: 0 })).allowed).toBe(true)
    expect((await limiter.take({ key: 'ip:1', limit: 1, windowMs })).allowed).toBe(true)
    expect((await limiter.take({ key: 'ip:1', limit: 1, windowMs, cost: 0 })).allowed).toBe(false)
  })

  test('a clock set back neither opens a window early nor keeps it shut longer than the window', async () => {
    const clock = fakeClock('2026-01-01T12:00:00Z')
    const limiter = memoryLimiter({ clock })
    await limiter.take({ key: 'key:1', limit: 1, windowMs })
    clock.advance(-3_600_000)
    expect((await limiter.take({ key: 'key:1', limit: 1, windowMs })).allowed).toBe(false)
    clock.advance(windowMs)
    expect((await limiter.take({ key: 'key:1', limit: 1, windowMs })).allowed).toBe(true)
  })

  test('memory is bounded per kind: a flood of addresses pushes out no API key', async () => {
    const limiter = memoryLimiter({ clock: fakeClock(), keysMax: 100 })
    await limiter.take({ key: 'key:1', limit: 1, windowMs })
    for (let at = 0; at < 1_000; at++) await limiter.take({ key: `ip:${at}`, limit: 1, windowMs })
    expect(limiter.size()).toBeLessThanOrEqual(101)
    expect((await limiter.take({ key: 'key:1', limit: 1, windowMs })).allowed).toBe(false)
  })

  test('idle keys are forgotten as others come', async () => {
    const clock = fakeClock()
    const limiter = memoryLimiter({ clock })
    for (let at = 0; at < 500; at++) await limiter.take({ key: `ip:${at}`, limit: 1, windowMs })
    clock.advance(windowMs)
    for (let at = 0; at < 500; at++) await limiter.take({ key: `ip:next-${at}`, limit: 1, windowMs })
    expect(limiter.size()).toBeLessThanOrEqual(500)
  })
})

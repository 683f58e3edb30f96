import type { Mode } from '@micro/contracts'
import { fromUnixSeconds } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { outcomeOf } from './attempt.ts'
import { failingMsMax, failuresMin, isBeyondHope, nextAttempt, retryAfterMs, triesMax } from './schedule.ts'

const now = fromUnixSeconds(1_767_225_600)
const seconds = (at: Date | null): number | null => (at === null ? null : (at.getTime() - now.getTime()) / 1000)
const next = (mode: Mode, tries: number, { random = 0, retryAfter = null as string | null } = {}) =>
  seconds(nextAttempt({ mode, tries, retryAfter, now, random }))

describe('after a failed request', () => {
  const minute = 60
  const hour = 60 * minute
  const live = [5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour, null]
  for (const [at, want] of live.entries()) {
    test(`number ${at + 1} in live mode the next comes ${want === null ? 'never' : `after ${want} s, or a fifth later`}`, () => {
      expect(next('live', at + 1)).toBe(want)
      expect(next('live', at + 1, { random: 0.999_999_999 })).toBeCloseTo(want === null ? null! : want * 1.2, 1)
    })
  }
  for (const [at, want] of [5, 120, null].entries())
    test(`number ${at + 1} in test mode the next comes ${want === null ? 'never' : `after ${want} s`}`, () =>
      expect([next('test', at + 1), next('test', at + 1, { random: 0.9 })]).toEqual([want, want]))

  test('there are ten in live mode and three in test mode', () => expect(triesMax).toEqual({ live: 10, test: 3 }))

  for (const [header, want] of [
    ['120', 120],
    ['2', 5],
    ['0', 5],
    ['999999999', 86_400],
    ['Thu, 01 Jan 2026 00:10:00 GMT', 600],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 5],
    ['-5', 5],
    ['1e9', 5],
    ['soon', 5],
    ['120, 240', 5],
  ] as const)
    test(`Retry-After: ${header} makes the first wait ${want} s in live mode`, () =>
      expect(next('live', 1, { retryAfter: header })).toBe(want))

  test('Retry-After is bounded to ten minutes in test mode, and begins no schedule anew', () => {
    expect(next('test', 1, { retryAfter: '86400' })).toBe(600)
    expect(next('test', 3, { retryAfter: '10' })).toBe(null)
  })

  test('a Retry-After that is no time is none', () =>
    expect(retryAfterMs('Thu, 99 Foo 2026 99:99:99 GMT', now)).toBe(undefined))
})

describe('a delivery', () => {
  const made = (mode: Mode, tries: number, status: number | null, error: string | null) =>
    outcomeOf({ mode, attempts: 20 + tries, tries }, { status, error, retryAfter: null }, { now, random: 0 })
  for (const [what, mode, tries, status, error, want] of [
    ['that got through', 'live', 0, 200, null, 'delivered'],
    ['that got through at last', 'live', 9, 204, null, 'delivered'],
    ['refused', 'live', 0, 500, 'x', 'pending'],
    ['not answered', 'live', 8, null, 'x', 'pending'],
    ['refused for the last time', 'live', 9, 500, 'x', 'failed'],
    ['refused for the last time', 'test', 2, 500, 'x', 'failed'],
    ['answered 410', 'live', 0, 410, 'x', 'failed'],
  ] as const)
    test(`${what} in ${mode} mode after ${tries} is ${want}, and every request counts`, () => {
      const outcome = made(mode, tries, status, error)
      expect(outcome).toMatchObject({ status: want, attempts: 21 + tries, tries: tries + 1, last_status: status })
      expect(outcome.next_attempt_at === null).toBe(want !== 'pending')
    })
})

describe('an endpoint is beyond hope', () => {
  for (const [sinceMs, failures, want] of [
    [failingMsMax, failuresMin, true],
    [failingMsMax - 1, failuresMin, false],
    [failingMsMax, failuresMin - 1, false],
    [failingMsMax * 2, 1, false],
  ] as const)
    test(`after ${sinceMs} ms and ${failures} failures: ${want}`, () =>
      expect(isBeyondHope({ failing_since: new Date(now.getTime() - sinceMs), failures }, now)).toBe(want))
  test('never when the last one got through', () =>
    expect(isBeyondHope({ failing_since: null, failures: 99 }, now)).toBe(false))
})

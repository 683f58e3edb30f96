import { addMs } from '@micro/kernel'
import { fakeClock } from '@micro/testing'
import { describe, expect, test } from 'vitest'
import { addressGroup, createAddressThrottle } from './address-throttle.ts'
import { decideAttempt, lockSeconds, type Attempts } from './throttle.ts'

const now = fakeClock().now()
const at = (ms: number) => addMs(now, ms)
const day = 24 * 60 * 60 * 1000

describe('one account', () => {
  for (const [failures, want] of [
    [0, 0],
    [1, 0],
    [4, 0],
    [5, 2],
    [6, 4],
    [7, 8],
    [13, 512],
    [14, 900],
    [15, 900],
    [5000, 900],
  ] as const) {
    test(`${failures} failures in a row lock for ${want} s`, () => expect(lockSeconds(failures)).toBe(want))
  }

  const failed = (failures: number, changes: Partial<Attempts> = {}): Attempts => ({
    failures,
    lockedUntil: null,
    updatedAt: now,
    ...changes,
  })

  test('an attempt is counted before it is judged', () => {
    expect(decideAttempt(failed(0), now)).toEqual({ kind: 'allowed', attempts: failed(1) })
    expect(decideAttempt(failed(4), now)).toEqual({ kind: 'allowed', attempts: failed(5, { lockedUntil: at(2000) }) })
  })

  test('a lock holds to its last millisecond and tells whole seconds, never 0', () => {
    expect(decideAttempt(failed(5, { lockedUntil: at(1) }), now)).toEqual({ kind: 'locked', seconds: 1 })
    expect(decideAttempt(failed(5, { lockedUntil: at(1001) }), now)).toEqual({ kind: 'locked', seconds: 2 })
    expect(decideAttempt(failed(5, { lockedUntil: now }), now).kind).toBe('allowed')
  })

  test('a day without a failure forgets all', () => {
    expect(decideAttempt(failed(9, { updatedAt: at(-day) }), now)).toMatchObject({ attempts: { failures: 10 } })
    expect(decideAttempt(failed(9, { updatedAt: at(-day - 1) }), now)).toMatchObject({ attempts: { failures: 1 } })
  })
})

describe('one network address', () => {
  test('fifty failures within five minutes are let through, and then one for each that grows old', () => {
    const throttle = createAddressThrottle()
    for (let each = 0; each < 50; each++) expect(throttle.enter('192.0.2.1', at(each * 1000))).toBeUndefined()
    expect(throttle.enter('192.0.2.1', at(60_000))).toBe(240)
    expect(throttle.enter('192.0.2.1', at(300_000))).toBeUndefined()
    expect(throttle.enter('192.0.2.1', at(300_000))).toBe(1)
  })

  test('successes are not counted', () => {
    const throttle = createAddressThrottle()
    for (let each = 0; each < 200; each++) {
      expect(throttle.enter('192.0.2.1', now)).toBeUndefined()
      throttle.forgive('192.0.2.1')
    }
  })

  test('memory stays bounded, and a busy address is not the one forgotten', () => {
    const throttle = createAddressThrottle({ addressesMax: 10 })
    for (let each = 0; each < 49; each++) throttle.enter('192.0.2.1', now)
    for (let each = 0; each < 9; each++) throttle.enter(`198.51.100.${each}`, now)
    throttle.enter('192.0.2.1', now)
    for (let each = 100; each < 105; each++) throttle.enter(`198.51.100.${each}`, now)
    expect(throttle.size()).toBe(10)
    expect(throttle.enter('192.0.2.1', now)).toBeGreaterThan(0)
  })

  for (const [ip, group] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ] as const) {
    test(`${ip} counts as ${group}`, () => expect(addressGroup(ip)).toBe(group))
  }
})

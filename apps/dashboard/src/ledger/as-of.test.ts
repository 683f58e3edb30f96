import { afterEach, expect, test, vi } from 'vitest'
import { addressOf, fieldOf, secondsEntered, secondsIn } from './as-of.ts'

const moment = 1_795_723_507

test('a moment comes back from an address as it went into it', () => {
  expect(addressOf(moment)).toBe('2026-11-26T20:05:07Z')
  expect(secondsIn(addressOf(moment))).toBe(moment)
})

for (const address of ['2026-11-26', '2026-13-01T00:00:00Z', '2026-11-26T20:05:07', '1969-01-01T00:00:00Z', 'now', 7])
  test(`${address} in an address is as if it were not there`, () => expect(secondsIn(address)).toBeUndefined())

afterEach(() => vi.unstubAllEnvs())

for (const [zone, seconds, field] of [
  ['UTC', moment, '2026-11-26T20:05:07'],
  ['Europe/Berlin', moment, '2026-11-26T21:05:07'],
  ['America/St_Johns', moment, '2026-11-26T16:35:07'],
  // Clocks went back at 01:00 UTC.
  ['Europe/Berlin', 1_792_900_800, '2026-10-25T05:00:00'],
  ['Europe/Berlin', 1_792_875_600, '2026-10-24T23:00:00'],
] as const)
  test(`in ${zone} the field shows ${field}, and means that moment`, () => {
    vi.stubEnv('TZ', zone)
    expect(fieldOf(seconds)).toBe(field)
    expect(secondsEntered(field)).toBe(seconds)
  })

test('a field may leave the seconds out, and an empty one means now', () => {
  vi.stubEnv('TZ', 'UTC')
  expect(secondsEntered('2026-11-26T20:05')).toBe(moment - 7)
  expect(secondsEntered('')).toBeUndefined()
})

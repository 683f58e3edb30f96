import { afterAll, beforeAll, expect, test } from 'vitest'
import { boundsOf, periodIn, periods } from './period.ts'

const zone = process.env['TZ']
beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin'
})
afterAll(() => {
  process.env['TZ'] = zone
})
const seconds = (text: string): number => Date.parse(text) / 1000

for (const period of periods)
  test(`the stretches of ${period} ascend, and the last has now in it`, () => {
    const now = seconds('2026-11-26T22:30:00Z')
    const bounds = boundsOf(period, now)
    expect(bounds).toEqual([...new Set(bounds)].toSorted((a, b) => a - b))
    expect(bounds.at(-1)).toBe(seconds('2026-11-26T23:00:00Z'))
    // As many as one request may name.
    expect(bounds.length).toBeLessThanOrEqual(100)
  })

for (const [period, from, stretches] of [
  ['today', '2026-11-25T23:00:00Z', 24],
  ['7d', '2026-11-19T23:00:00Z', 7],
  ['30d', '2026-10-27T23:00:00Z', 30],
  // Summer time: an hour earlier in UTC.
  ['90d', '2026-08-28T22:00:00Z', 90],
] as const)
  test(`${period} begins at midnight where the viewer is, and has ${stretches} stretches`, () => {
    const bounds = boundsOf(period, seconds('2026-11-26T12:00:00Z'))
    expect([bounds[0], bounds.length - 1]).toEqual([seconds(from), stretches])
  })

test('the day on which clocks go back has 25 hours', () =>
  expect(boundsOf('today', seconds('2026-10-25T12:00:00Z'))).toHaveLength(26))

for (const [value, want] of [
  ['7d', '7d'],
  ['7', undefined],
  [undefined, undefined],
] as const)
  test(`${value} in an address is the period ${want}`, () => expect(periodIn(value)).toBe(want))

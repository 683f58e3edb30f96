import { expect, test } from 'vitest'
import { isoMoment, momentIn, typedMoment, utcMoment } from './moment.ts'

test('a moment in UTC reads the same wherever it is read', () => {
  expect(utcMoment(0)).toBe('1970-01-01 00:00:00 UTC')
  expect(utcMoment(1_795_723_507)).toBe('2026-11-26 20:05:07 UTC')
  expect(isoMoment(1_795_723_507)).toBe('2026-11-26T20:05:07Z')
})

for (const seconds of [0, 1_795_723_500])
  test(`${seconds} comes back from a field as it went into it, wherever it is read`, () => {
    expect(typedMoment(seconds)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/)
    expect(momentIn(typedMoment(seconds))).toBe(seconds)
  })

test('what is no moment is none', () => expect(momentIn('')).toBeUndefined())

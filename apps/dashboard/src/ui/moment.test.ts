import { expect, test } from 'vitest'
import { utcMoment } from './moment.ts'

test('a moment in UTC reads the same wherever it is read', () => {
  expect(utcMoment(0)).toBe('1970-01-01 00:00:00 UTC')
  expect(utcMoment(1_795_723_507)).toBe('2026-11-26 20:05:07 UTC')
})

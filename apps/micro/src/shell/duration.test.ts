import { describe, expect, test } from 'vitest'
import { readDuration } from './duration.ts'

describe('a length of time', () => {
  for (const [text, seconds] of [
    ['0', 0],
    ['0s', 0],
    ['45s', 45],
    ['90m', 5400],
    ['24h', 86_400],
    ['30d', 2_592_000],
    ['2w', 1_209_600],
    ['1d12h', 129_600],
  ] as const)
    test(`${text} is ${seconds} s`, () => expect(readDuration(2_592_000)(text)).toBe(seconds))

  for (const text of ['', '30', '-1d', '1.5h', '1y', '30 d', 'd', '1d 12h', '9999999999d', '1e3s', 'Infinity'])
    test(`'${text}' is refused`, () => expect(() => readDuration(2_592_000)(text)).toThrow(/such as 90m/))

  test('longer than the server takes is refused in the words it was typed in', () =>
    expect(() => readDuration(604_800)('8d')).toThrow('It must not be longer than 7d.'))
})

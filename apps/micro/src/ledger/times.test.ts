import { describe, expect, test } from 'vitest'
import { isoSecond, readFrom, readTo, stamp } from './times.ts'

describe('a date begins at its first second and ends at its last, in UTC', () => {
  for (const [text, from, to] of [
    ['1970-01-02', 86_400, 172_799],
    ['2026-01-31T12:30:05Z', 1_769_862_605, 1_769_862_605],
    ['2026-01-31T12:30:05+01:00', 1_769_859_005, 1_769_859_005],
    ['2026-01-31T12:30Z', 1_769_862_600, 1_769_862_600],
    ['1769862605', 1_769_862_605, 1_769_862_605],
    ['0', 0, 0],
  ] as const)
    test(text, () => expect([readFrom(text), readTo(text)]).toEqual([from, to]))
})

describe('what names no time is refused', () => {
  for (const text of [
    '',
    'soon',
    '2026-02-30',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-1-1',
    '2026-01-31T12:30:05',
    '-5',
    '1.5',
    '2026-01-31T25:00:00Z',
  ])
    test(`'${text}'`, () => expect(() => readFrom(text)).toThrow('It must be a time such as 2026-01-31'))
})

test('times are shown in UTC', () => {
  expect([stamp(1_769_862_605), isoSecond(1_769_862_605)]).toEqual(['2026-01-31 12:30:05', '2026-01-31T12:30:05Z'])
})

import { describe, expect, test } from 'vitest'
import { readExactJson } from './exact-json.ts'

test('no number is rounded: what JavaScript cannot hold stays text', () => {
  expect(
    readExactJson('{"a": 9007199254740991, "b": 9007199254740993, "c": [-99999999999999999999], "d": 1.5}'),
  ).toEqual({
    a: 9_007_199_254_740_991,
    b: '9007199254740993',
    c: ['-99999999999999999999'],
    d: 1.5,
  })
})

describe('a number that would turn into a whole one is refused', () => {
  for (const text of ['1.00000000000000000001', '1e2', '100.0', '1e400'])
    test(text, () =>
      expect(() => readExactJson(`{"amount": ${text}}`)).toThrow(`${text} is not written as a whole number`),
    )
})

test('what is no JSON is said to be none', () => {
  for (const text of ['', '{', '{"a": 1,}', 'undefined'])
    expect(() => readExactJson(text)).toThrow('it is not valid JSON')
})

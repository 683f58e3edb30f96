import { describe, expect, test } from 'vitest'
import { readDuration, readScopes } from './options.ts'

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
    test(`${text} is ${seconds} s`, () => expect(readDuration(text)).toBe(seconds))

  for (const text of ['', '30', '-1d', '1.5h', '1y', '30 d', 'd', '1d 12h', '9999999999d', '1e3s', 'Infinity'])
    test(`'${text}' is refused`, () => expect(() => readDuration(text)).toThrow(/such as 90m/))
})

describe('scopes', () => {
  test('are separated by commas, spaces forgiven, each once', () =>
    expect(readScopes('payments:write, ledger:read,payments:write,')).toEqual(['payments:write', 'ledger:read']))
  test('that do not exist are named, with the nearest and all there are', () =>
    expect(() => readScopes('payment:write')).toThrow(
      /no scope 'payment:write'\. Did you mean payments:write\? Choose from: payments:read, .*events:read/,
    ))
  for (const text of ['', ',', '*', 'self', 'events'])
    test(`'${text}' is no list of scopes`, () => expect(() => readScopes(text)).toThrow(/Choose from: /))
})

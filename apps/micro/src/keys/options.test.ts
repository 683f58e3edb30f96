import { describe, expect, test } from 'vitest'
import { readScopes } from './options.ts'

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

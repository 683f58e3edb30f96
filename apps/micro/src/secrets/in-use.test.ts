import type { SecretUse } from '@micro/contracts'
import { describe, expect, test } from 'vitest'
import { freeIds } from './in-use.ts'

const entries = [{ id: 'c' }, { id: 'n', next: true as const }, { id: 'b' }, { id: 'a' }]
const use = (changes: Partial<SecretUse> = {}): SecretUse => ({
  object: 'secret_use',
  running_seconds: 601,
  access_token_seconds: 600,
  peppers: [
    { id: 'c', current: true, api_keys: 5 },
    { id: 'b', current: false, api_keys: 0 },
    { id: 'a', current: false, api_keys: 0 },
  ],
  jwt_keys: [
    { id: 'c', current: true },
    { id: 'b', current: false },
  ],
  ...changes,
})
const peppers = (b: number, a: number): SecretUse['peppers'] => [
  { id: 'c', current: true, api_keys: 0 },
  { id: 'b', current: false, api_keys: b },
  { id: 'a', current: false, api_keys: a },
]

describe('earlier peppers', () => {
  test('go when no live key names them; those that one names stay', () => {
    expect(freeIds('pepper', entries, use())).toEqual(['b', 'a'])
    expect(freeIds('pepper', entries, use({ peppers: peppers(2, 0) }))).toEqual(['a'])
  })
  test('are refused while keys need every one of them, with the numbers', () => {
    expect(() => freeIds('pepper', entries, use({ peppers: peppers(2, 1) }))).toThrow('b by 2, a by 1')
  })
})

describe('earlier signing keys', () => {
  for (const [running, outcome] of [
    [0, /another 601 s/],
    [599, /another 2 s/],
    [600, /another 1 s/],
    [601, undefined],
  ] as const)
    test(`${running} s after the restart of a platform whose tokens live 600 s`, () => {
      const free = () => freeIds('jwt', entries, use({ running_seconds: running }))
      if (outcome === undefined) expect(free()).toEqual(['b', 'a'])
      else expect(free).toThrow(outcome)
    })
})

for (const kind of ['pepper', 'jwt'] as const)
  test(`nothing of kind ${kind} goes while what runs works with another ring: it was not restarted, or is not ours`, () => {
    const other = use({
      peppers: [{ id: 'b', current: true, api_keys: 0 }],
      jwt_keys: [{ id: 'b', current: true }],
    })
    expect(() => freeIds(kind, entries, other)).toThrow('works with b and not with c')
    expect(() => freeIds(kind, entries, use({ peppers: [], jwt_keys: [] }))).toThrow('works with none')
  })

test('encryption keys go by force alone, since nothing tells what they sealed', () => {
  expect(() => freeIds('encryption', entries, undefined)).toThrow('--force')
})

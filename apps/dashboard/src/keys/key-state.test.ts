import { expect, test } from 'vitest'
import { keyState, maskedKey } from './key-state.ts'

for (const [key, text, alive] of [
  [{ revoked: null, expires: null, rolled_to: null }, 'Works', true],
  [{ revoked: null, expires: 101, rolled_to: null }, 'Works', true],
  [{ revoked: null, expires: 100, rolled_to: null }, 'Expired', false],
  [{ revoked: null, expires: 101, rolled_to: 'key_2' }, 'Being rolled', true],
  [{ revoked: null, expires: 100, rolled_to: 'key_2' }, 'Rolled', false],
  [{ revoked: 90, expires: null, rolled_to: null }, 'Revoked', false],
] as const)
  test(`at 100 a key with ${JSON.stringify(key)} is: ${text}`, () =>
    expect(keyState(key, 100)).toMatchObject({ text, alive }))

test('a key is known by its beginning and its last four characters', () =>
  expect(maskedKey({ type: 'restricted', environment: 'live', truncated_key: 'wxyz' })).toBe('rk_live_…wxyz'))

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEncryptionKeys, newEncryptionKey, parseEncryptionKeys, readEncryptionKeys } from './encryption-keys.ts'
import { isSealedUnderCurrent, open, seal, SealError, type SealedPlace } from './sealed.ts'

const now = new Date(0)
const stored = readEncryptionKeys(createEncryptionKeys(now))
const fresh = newEncryptionKey(now)
const ringOf = (...keys: (typeof fresh)[]) => parseEncryptionKeys(JSON.stringify({ keys }))
const keys = ringOf(...stored.keys)
const rotated = ringOf(fresh, ...stored.keys)
const pruned = ringOf(fresh)

const place: SealedPlace = { tenant: 'acct_1/test', row: 'we_1', purpose: 'endpoint_secret' }
const secret = 'whsec_0123456789'

test('whatever is sealed comes out as it went in, and shows nothing of itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, row) => {
      const sealed = seal(keys, { ...place, row }, text)
      expect(open(keys, { ...place, row }, sealed)).toBe(text)
      expect(sealed).toMatch(/^s1\.enc_[0-9a-f]{12}\.[\w-]+$/)
    }),
  )
  expect(seal(keys, place, secret)).not.toContain(Buffer.from(secret).toString('base64url').slice(0, 12))
})

test('the same text sealed twice looks different', () =>
  expect(seal(keys, place, 'a')).not.toBe(seal(keys, place, 'a')))

describe('a sealed text is refused', () => {
  const sealed = seal(keys, place, secret)
  for (const [where, other] of [
    ['in another row', { row: 'we_2' }],
    ['at another merchant', { tenant: 'acct_2/test' }],
    ['in the other mode', { tenant: 'acct_1/live' }],
    ['for another purpose', { purpose: 'processor_key' }],
    ['where the names only look alike when joined', { tenant: 'acct_1/test","we_1', row: '' }],
  ] as const)
    test(where, () => expect(() => open(keys, { ...place, ...other }, sealed)).toThrow(SealError))

  test('swapped with that of another row, in both', () => {
    const second: SealedPlace = { ...place, row: 'we_2' }
    const other = seal(keys, second, 'whsec_other')
    expect(() => open(keys, place, other)).toThrow(SealError)
    expect(() => open(keys, second, sealed)).toThrow(SealError)
  })

  test('with any one character changed, cut off or added', () => {
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'B' ? 'C' : 'B') + sealed.slice(at + 1)
      expect(() => open(keys, place, changed), changed).toThrow(SealError)
    }
    for (const changed of ['', 's1', sealed.slice(0, -1), sealed.slice(0, 40), `${sealed}A`, ` ${sealed}`, secret])
      expect(() => open(keys, place, changed), changed).toThrow(SealError)
  })

  test('under the name of a key that did not seal it', () => {
    const renamed = sealed.replace(stored.keys[0]?.id ?? '', fresh.id)
    expect(() => open(rotated, place, renamed)).toThrow(SealError)
  })

  test('without any of it in the message', () => {
    const attempt = () => open(pruned, place, sealed)
    expect(attempt).toThrow(stored.keys[0]?.id)
    expect(attempt).not.toThrow(sealed.split('.')[2])
  })
})

test('after a rotation old texts open, are told apart and sealed anew; once the key is dropped only those open', () => {
  const before = seal(keys, place, secret)
  expect(open(rotated, place, before)).toBe(secret)
  expect([isSealedUnderCurrent(keys, before), isSealedUnderCurrent(rotated, before)]).toEqual([true, false])
  const after = seal(rotated, place, open(rotated, place, before))
  expect(isSealedUnderCurrent(rotated, after)).toBe(true)
  expect(open(pruned, place, after)).toBe(secret)
  expect(() => open(pruned, place, before)).toThrow(SealError)
  expect(isSealedUnderCurrent(rotated, 'nonsense')).toBe(false)
})

import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { listenerSecret, maskApiKey, newApiKey, parseApiKey, signatureHeader, verifySignatureHeader } from './index.ts'

const payload = '{\n  "id": "evt_1",\n  "object": "event"\n}'
const secret = 'whsec_test'
const timestamp = 1_795_000_000

describe('a webhook signature', () => {
  const header = signatureHeader({ secrets: [secret], payload, timestamp })

  test('is accepted by the official stripe package', () => {
    const now = Math.floor(Date.now() / 1000)
    const fresh = signatureHeader({ secrets: [secret], payload, timestamp: now })
    expect(Stripe.webhooks.constructEvent(payload, fresh, secret).id).toBe('evt_1')
  })
  test('made by the official stripe package is accepted here', () => {
    const theirs = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
    expect(verifySignatureHeader({ header: theirs, payload, secret, now: timestamp })).toBe(true)
  })
  test('with two secrets fits either, as during a rotation', () => {
    const both = signatureHeader({ secrets: ['whsec_old', secret], payload, timestamp })
    for (const each of ['whsec_old', secret])
      expect(verifySignatureHeader({ header: both, payload, secret: each, now: timestamp })).toBe(true)
  })
  for (const [what, change] of [
    ['another payload', { payload: payload.replace('evt_1', 'evt_2') }],
    ['one byte less', { payload: payload.slice(0, -1) }],
    ['another secret', { secret: 'whsec_other' }],
    ['a time past the tolerance', { now: timestamp + 301 }],
    ['no timestamp', { header: header.replace(/^t=\d+,/, '') }],
    ['a changed timestamp', { header: header.replace(/^t=\d+/, `t=${timestamp + 1}`) }],
    ['a cut signature', { header: header.slice(0, -2) }],
    ['nothing', { header: '' }],
  ] as const) {
    test(`does not fit ${what}`, () =>
      expect(verifySignatureHeader({ header, payload, secret, now: timestamp, ...change })).toBe(false))
  }
})

describe('an API key', () => {
  test('is read back with its type and mode', () => {
    expect(parseApiKey(newApiKey('test'))).toEqual({ type: 'sk', mode: 'test' })
    expect(parseApiKey(newApiKey('live'))).toEqual({ type: 'sk', mode: 'live' })
    expect(parseApiKey(newApiKey('live', 'rk'))).toEqual({ type: 'rk', mode: 'live' })
  })
  test('with any one character changed is refused before a look-up', () => {
    const key = newApiKey('test')
    for (let at = 0; at < key.length; at++) {
      const changed = key.slice(0, at) + (key[at] === 'a' ? 'b' : 'a') + key.slice(at + 1)
      expect(parseApiKey(changed), changed).toBeUndefined()
    }
  })
  test('of test mode cannot be turned into one of live mode', () => {
    expect(parseApiKey(newApiKey('test').replace('test', 'live'))).toBeUndefined()
  })
  test('that is restricted cannot be turned into one that is not', () => {
    expect(parseApiKey(newApiKey('test', 'rk').replace('rk', 'sk'))).toBeUndefined()
  })
  test('shown in a message gives away four characters', () => {
    const key = newApiKey('test')
    expect(maskApiKey(key)).toBe(`sk_test_****${key.slice(-4)}`)
  })
  test('that is nonsense shows nothing of itself', () => expect(maskApiKey('secret')).toBe('****'))
})

test("a listener's secret stays the same for a key and differs between keys", () => {
  expect(listenerSecret('a')).toBe(listenerSecret('a'))
  expect(listenerSecret('a')).not.toBe(listenerSecret('b'))
  expect(listenerSecret('a')).toMatch(/^whsec_[0-9a-f]{64}$/)
})

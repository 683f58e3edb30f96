import type { MerchantPrincipal } from '@micro/contracts'
import { fakeClock } from '@micro/testing'
import { describe, expect, test } from 'vitest'
import { credentialCache, type LookedUp } from './credential-cache.ts'

const principal: MerchantPrincipal = {
  kind: 'api_key',
  merchant: 'acct_1',
  mode: 'test',
  keyId: 'key_1',
  scopes: ['*'],
}
const valid: LookedUp = { principal, expired: false, expires_in_ms: null }
const invalid: LookedUp = { principal: null, expired: false, expires_in_ms: null }

const setUp = (options: { entriesMax?: number } = {}) => {
  const clock = fakeClock()
  const state = { answer: valid, lookUps: 0, gate: Promise.resolve(), down: false }
  const told: string[] = []
  const cache = credentialCache({
    clock,
    ttlMs: 4_000,
    negativeTtlMs: 2_000,
    lookUpMsMax: 200,
    onLookUp: (outcome) => void told.push(outcome),
    ...options,
    lookUp: async () => {
      state.lookUps++
      const { answer } = state
      await state.gate
      if (state.down) throw new Error('connection refused')
      return answer
    },
  })
  return { clock, state, cache, told }
}

describe('credentialCache', () => {
  test('each question is told with how it was answered', async () => {
    const { cache, state, told } = setUp()
    await Promise.all([cache.verify('secret'), cache.verify('secret')])
    await cache.verify('secret')
    state.down = true
    await cache.verify('another').catch(() => {})
    expect(told).toEqual(['shared', 'asked', 'remembered', 'failed'])
  })

  test('one look-up serves a burst, and the seconds after it', async () => {
    const { cache, state, clock } = setUp()
    const gate = Promise.withResolvers<void>()
    state.gate = gate.promise
    const burst = Array.from({ length: 50 }, () => cache.verify('secret'))
    gate.resolve()
    expect(await Promise.all(burst)).toEqual(Array.from({ length: 50 }, () => valid))
    clock.advance(3_999)
    await cache.verify('secret')
    expect(state.lookUps).toBe(1)
  })

  test('a revoked credential stops working within the time to live, with no message at all', async () => {
    const { cache, state, clock } = setUp()
    await cache.verify('secret')
    state.answer = invalid
    clock.advance(4_000)
    expect(await cache.verify('secret')).toEqual(invalid)
  })

  test('a new credential that was tried too early works within 2 s', async () => {
    const { cache, state, clock } = setUp()
    state.answer = invalid
    expect(await cache.verify('secret')).toEqual(invalid)
    state.answer = valid
    clock.advance(2_000)
    expect(await cache.verify('secret')).toEqual(valid)
  })

  test('a revocation evicts at once what it names and nothing else', async () => {
    const { cache, state } = setUp()
    await cache.verify('secret')
    cache.evict({ keyId: 'key_other' })
    await cache.verify('secret')
    expect(state.lookUps).toBe(1)
    state.answer = invalid
    cache.evict({ keyId: 'key_1' })
    expect(await cache.verify('secret')).toEqual(invalid)
  })

  test('an answer from before a revocation is not remembered past it', async () => {
    const { cache, state } = setUp()
    const gate = Promise.withResolvers<void>()
    state.gate = gate.promise
    const early = cache.verify('secret')
    state.answer = invalid
    cache.evict({ keyId: 'key_1' })
    const late = cache.verify('secret')
    gate.resolve()
    expect(await early).toEqual(valid)
    expect(await late).toEqual(invalid)
    expect(await cache.verify('secret')).toEqual(invalid)
  })

  test('age counts from the question, so a slow answer lives shorter', async () => {
    const { cache, state, clock } = setUp()
    const gate = Promise.withResolvers<void>()
    state.gate = gate.promise
    const slow = cache.verify('secret')
    clock.advance(3_000)
    gate.resolve()
    await slow
    clock.advance(1_000)
    await cache.verify('secret')
    expect(state.lookUps).toBe(2)
  })

  test('an auth service that fails or stays silent is no verdict and is asked again', async () => {
    const { cache, state } = setUp()
    state.down = true
    await expect(cache.verify('secret')).rejects.toMatchObject({ code: 'upstream_unavailable' })
    state.down = false
    state.gate = new Promise(() => {})
    await expect(cache.verify('secret')).rejects.toMatchObject({ code: 'upstream_unavailable' })
    state.gate = Promise.resolve()
    expect(await cache.verify('secret')).toEqual(valid)
  })

  test('a key is never believed beyond its own end, which the slowness of the answer does not put off', async () => {
    const { cache, state, clock } = setUp()
    state.answer = { ...valid, expires_in_ms: 1_500 }
    const gate = Promise.withResolvers<void>()
    state.gate = gate.promise
    const slow = cache.verify('secret')
    clock.advance(1_000)
    gate.resolve()
    expect((await slow).principal).toEqual(principal)
    state.answer = { ...invalid, expired: true }
    clock.advance(499)
    expect((await cache.verify('secret')).principal).toEqual(principal)
    clock.advance(1)
    expect(await cache.verify('secret')).toMatchObject({ principal: null, expired: true })
  })

  test('an end that is far off keeps nobody longer than the time to live', async () => {
    const { cache, state, clock } = setUp()
    state.answer = { ...valid, expires_in_ms: 1_000_000_000 }
    await cache.verify('secret')
    clock.advance(4_000)
    await cache.verify('secret')
    expect(state.lookUps).toBe(2)
  })

  test('memory is bounded', async () => {
    const { cache, state } = setUp({ entriesMax: 2 })
    for (const credential of ['a', 'b', 'c']) await cache.verify(credential)
    expect([cache.wasValid('a'), cache.wasValid('b'), cache.wasValid('c')]).toEqual([false, true, true])
    expect(state.lookUps).toBe(3)
  })
})

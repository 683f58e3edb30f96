import type { MerchantPrincipal, SecretUse } from '@micro/contracts'
import { createAuthSecrets, newPepper, parseAuthSecrets, readAuthSecrets, type AuthSecrets } from '@micro/signing'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAuth, testConfig, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
const stored = readAuthSecrets(createAuthSecrets(clock.now()))
const fresh = newPepper(clock.now())
const [old] = stored.peppers
const opened: TestAuth[] = []
let database: TestDatabase
let auth: TestAuth
let operator: MerchantPrincipal

/** The service as it runs after its secrets were changed to these. */
const startWith = async (changes: Partial<AuthSecrets>): Promise<TestAuth> => {
  const rings = parseAuthSecrets(JSON.stringify({ ...stored, ...changes }))
  const one = await startAuth({ db: database.db, clock, config: await testConfig(rings) })
  opened.push(one)
  return one
}
const rotated = () => startWith({ peppers: [fresh, ...stored.peppers] })
const pruned = () => startWith({ peppers: [fresh] })

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startWith({})
  operator = (await auth.enter('first@example.com')).principal
})
afterAll(async () => {
  await Promise.all(opened.map((each) => each.stop()))
  await database.close()
})

const use = async (of: TestAuth) =>
  (await of.call<SecretUse>('GET', '/auth/operator/secrets', { principal: operator })).body
const keysUnder = async (id: string | undefined) =>
  (await use(auth)).peppers.find((pepper) => pepper.id === id)?.api_keys ?? 0

test('a key found under an earlier pepper moves under the current one when it is used, and then needs no other', async () => {
  const [used, unused, revoked] = [
    await auth.createKey(operator),
    await auth.createKey(operator),
    await auth.createKey(operator),
  ]
  await auth.call('DELETE', `/auth/api_keys/${revoked.id}`, { principal: operator })
  // Two are the publishable ones that were made with the merchant.
  expect(await keysUnder(old?.id)).toBe(4)

  const after = await rotated()
  expect(await after.verify(used.key)).toMatchObject({ keyId: used.id })
  // Verifying decides nothing about storing: that happens with the batch of uses.
  expect(await keysUnder(old?.id)).toBe(4)
  await after.service.start()
  await after.stop()
  // A publishable one need not be used: what it is stands beside its hash.
  expect([await keysUnder(old?.id), await keysUnder(fresh.id)]).toEqual([1, 3])

  const last = await pruned()
  expect(await last.verify(used.key)).toMatchObject({ keyId: used.id, merchant: operator.merchant, mode: 'test' })
  expect(await last.verify(unused.key)).toBeNull()
  expect(await last.verify(revoked.key)).toBeNull()
})

test('a revoked key stays revoked under whatever pepper it comes to be', async () => {
  const key = await auth.createKey(operator)
  const after = await rotated()
  await after.service.start()
  expect(await after.verify(key.key)).not.toBeNull()
  await auth.call('DELETE', `/auth/api_keys/${key.id}`, { principal: operator })
  await after.stop()
  for (const one of [auth, await pruned()]) expect(await one.verify(key.key)).toBeNull()
})

test('what runs tells its current secrets, and since when it works with them', async () => {
  const after = await rotated()
  clock.advance(61_000)
  const told = await use(after)
  expect(told).toMatchObject({ object: 'secret_use', running_seconds: 61, access_token_seconds: 600 })
  expect(told.peppers.map(({ id, current }) => [id, current])).toEqual([
    [fresh.id, true],
    [old?.id, false],
  ])
  expect(told.jwt_keys).toEqual([{ id: stored.jwt_keys[0]?.kid, current: true }])
  for (const secret of [fresh.secret, old?.secret, stored.jwt_keys[0]?.d])
    expect(JSON.stringify(told)).not.toContain(secret)
})

test('only an operator is told: no other person, no API key, nobody', async () => {
  const other = (await auth.enter('second@example.com')).principal
  const key = await auth.createKey(operator)
  const { merchant, mode } = operator
  const asKey: MerchantPrincipal = { kind: 'api_key', merchant, mode, keyId: key.id, scopes: ['*'] }
  const ask = async (principal?: MerchantPrincipal) =>
    auth.call('GET', '/auth/operator/secrets', principal === undefined ? {} : { principal })
  expect((await ask(other)).code).toBe('operator_required')
  for (const principal of [asKey, { ...other, user: operator.user ?? '' }, undefined]) {
    const answer = await ask(principal)
    expect([answer.status === 401 || answer.status === 403, answer.body['peppers']]).toEqual([true, undefined])
  }
})

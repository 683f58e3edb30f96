import type { MerchantPrincipal } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { maskApiKey, newApiKey } from '@micro/signing'
import { eventually, fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createKeyUses } from '../api-keys/key-uses.ts'
import { startAuth, testConfig, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
let database: TestDatabase
let auth: TestAuth
let ada: MerchantPrincipal
let queries = 0

const counting = (db: Database): Database => ({
  ...db,
  sql: (strings, ...values) => {
    queries++
    return db.sql(strings, ...values)
  },
})

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: counting(database.db), clock })
  ada = (await auth.enter('ada@example.com')).principal
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})
beforeEach(() => {
  queries = 0
})

test('an API key is verified with one query', async () => {
  const key = await auth.createKey(ada)
  queries = 0
  expect(await auth.verify(key.key)).toMatchObject({ kind: 'api_key', keyId: key.id })
  expect(queries).toBe(1)
})

test('what has not the form or the checksum of a key is refused without a query', async () => {
  const { key } = await auth.createKey(ada)
  queries = 0
  const typo = key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a')
  for (const text of [
    typo,
    key.slice(0, -1),
    `${key}a`,
    ` ${key}`,
    key.replace('test', 'live'),
    'sk_test_',
    'sk_',
    maskApiKey(key),
    'x',
    'a.b.c',
  ])
    expect(await auth.verify(text)).toBeNull()
  expect(queries).toBe(0)
})

test('a well-formed key that nobody was given is refused', async () => {
  expect(await auth.verify(newApiKey('test'))).toBeNull()
})

test('a key made under an earlier pepper works, and stops once that pepper is gone', async () => {
  const { key } = await auth.createKey(ada)
  const pepper = { id: 'pep_new', secret: Buffer.alloc(32, 9) }
  const config = { ...auth.config, peppers: { current: pepper, previous: [auth.config.peppers.current] } }
  const rotated = await startAuth({ db: database.db, clock, config })
  expect(await rotated.verify(key)).not.toBeNull()
  const newer = await rotated.createKey(ada)
  expect(await auth.verify(newer.key)).toBeNull()
  const dropped = await startAuth({
    db: database.db,
    clock,
    config: { ...config, peppers: { current: pepper, previous: [] } },
  })
  expect(await dropped.verify(key)).toBeNull()
  expect(await dropped.verify(newer.key)).not.toBeNull()
  await rotated.stop()
  await dropped.stop()
})

test('an access token of another installation is refused', async () => {
  await using other = await testDatabase('auth')
  const stranger = await startAuth({ db: other.db, clock, config: await testConfig() })
  const { tokens } = await stranger.enter('ada@example.com')
  expect(await stranger.verify(tokens.token)).not.toBeNull()
  expect(await auth.verify(tokens.token)).toBeNull()
  await stranger.stop()
})

test('an access token ends with its ten minutes', async () => {
  const { tokens } = await auth.enter('minutes@example.com')
  clock.advance(600_000)
  expect(await auth.verify(tokens.token)).toBeNull()
})

test('a refresh token is no access token', async () => {
  const { tokens } = await auth.enter('kinds@example.com')
  expect(await auth.verify(tokens.refresh_token)).toBeNull()
})

test('only services may ask', async () => {
  const body = { credential: 'x' }
  for (const caller of [{}, { principal: ada }])
    expect((await auth.call('POST', '/internal/credentials/verify', { ...caller, body })).code).toBe(
      'permission_denied',
    )
})

test('uses of a key are stored in one batch, a little later, and the latest one counts', async () => {
  const keys = [await auth.createKey(ada), await auth.createKey(ada)]
  const uses = createKeyUses({
    db: counting(database.db),
    clock,
    log: { warn: () => {} } as never,
    pepperId: auth.config.peppers.current.id,
  })
  queries = 0
  for (const { id } of [...keys, ...keys]) {
    clock.advance(1000)
    uses.note(id)
  }
  expect(queries).toBe(0)
  expect(await uses.flush()).toBe(false)
  expect(queries).toBe(1)
  await uses.flush()
  expect(queries).toBe(1)
  const listed = await auth.call<{ data: { id: string; last_used: number }[] }>('GET', '/auth/api_keys', {
    principal: ada,
  })
  const now = clock.now().getTime() / 1000
  expect(listed.body.data.find(({ id }) => id === keys[1]?.id)?.last_used).toBe(now)
  expect(listed.body.data.find(({ id }) => id === keys[0]?.id)?.last_used).toBe(now - 1)
})

test('stopping the service stores the uses it still remembers', async () => {
  const short = await startAuth({ db: database.db, clock, config: auth.config })
  const { id, key } = await short.createKey(ada)
  await short.service.start()
  await short.verify(key)
  await short.stop()
  await eventually(async () => {
    const [row] = await database.db.sql<{
      last_used_at: Date | null
    }>`select last_used_at from auth.api_keys where id = ${id}`
    expect(row?.last_used_at).toEqual(clock.now())
  })
})

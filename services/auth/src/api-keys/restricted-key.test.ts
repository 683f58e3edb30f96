import { readFile } from 'node:fs/promises'
import { scopes, type ApiKey, type MerchantPrincipal } from '@micro/contracts'
import { withClient } from '@micro/postgres'
import { parseApiKey } from '@micro/signing'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAuth, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock('2026-01-01T00:00:00.750Z')
let database: TestDatabase
let auth: TestAuth
let ada: MerchantPrincipal

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
  ada = (await auth.enter('ada@example.com')).principal
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

const create = (body: object) =>
  auth.call<ApiKey & { key: string; error: { message: string; param: string } }>('POST', '/auth/api_keys', {
    principal: ada,
    body: { environment: 'test', ...body },
  })

describe('scopes', () => {
  test('make a restricted key that holds them and nothing else', async () => {
    const { status, body } = await create({ scopes: ['payments:write', 'events:read'] })
    expect([status, body.type, body.scopes]).toEqual([201, 'restricted', ['payments:write', 'events:read']])
    expect(parseApiKey(body.key)).toEqual({ type: 'rk', mode: 'test' })
    expect((await auth.verify(body.key))?.scopes).toEqual(['payments:write', 'events:read'])
  })

  for (const [name, given] of [
    ['one there is not', ['payments:refund']],
    ['every scope at once', ['*']],
    ['self', ['self']],
    ['one that hides in another', ['payments:read,ledger:write']],
  ] as const) {
    test(`${name} is refused, with those that exist`, async () => {
      const { status, body, code } = await create({ scopes: given })
      expect([status, code, body.error.param]).toEqual([400, 'parameter_invalid', 'scopes[0]'])
      for (const each of scopes) expect(body.error.message).toContain(each)
    })
  }

  for (const [name, given] of [
    ['an empty list', []],
    ['the same twice', ['events:read', 'events:read']],
    ['text', 'events:read'],
    ['nothing', null],
  ] as const) {
    test(`${name} instead of a list of scopes is refused and makes no key`, async () => {
      const { status, body } = await create({ scopes: given })
      expect([status, body.error.param]).toEqual([400, 'scopes'])
    })
  }

  test('cannot be changed once the key is made; left out, as by the version before, they are everything', async () => {
    await expect(database.db.sql`update auth.api_keys set scopes = '{*}'`).rejects.toThrow(/permission denied/)
    const { sql } = database.owner
    await expect(sql`update auth.api_keys set scopes = '{}'`).rejects.toThrow(/check constraint/)
    await expect(sql`update auth.api_keys set scopes = '{*,events:read}'`).rejects.toThrow(/check constraint/)
    await expect(sql`update auth.api_keys set scopes = array[null]`).rejects.toThrow(/check constraint/)
    await expect(sql`update auth.api_keys set scopes = null`).rejects.toThrow(/not-null constraint/)
    const defaults = await sql<{ column_default: string | null }>`
      select column_default from information_schema.columns where table_name = 'api_keys' and column_name = 'scopes'`
    expect(defaults).toEqual([{ column_default: "'{*}'::text[]" }])
  })

  test('are everything for a key that was made before there were any', async () => {
    await using older = await testDatabase('auth')
    const before = await startAuth({ db: older.db, clock, config: auth.config })
    const { key } = await before.createKey((await before.enter('early@example.com')).principal)
    const migration = new URL('../../migrations/0002_scopes_expiry_and_roll_of_api_keys.sql', import.meta.url)
    await withClient({ url: older.urls.owner, applicationName: 'upgrade' }, async (client) => {
      await client.query(`alter table auth.api_keys drop column scopes, drop column expires_at,
        drop column rolled_from, drop column rolled_to, drop column retires_at`)
      await client.query(await readFile(migration, 'utf8'))
    })
    const after = await startAuth({ db: older.db, clock, config: auth.config })
    expect(await after.judge(key)).toMatchObject({ principal: { scopes: ['*'] }, expired: false, expires_in_ms: null })
    await Promise.all([before.stop(), after.stop()])
  })

  test('of another type than the key says do not count', async () => {
    const { body } = await create({ scopes: ['events:read'] })
    await database.owner.sql`update auth.api_keys set scopes = '{*}' where id = ${body.id}`
    expect(await auth.verify(body.key)).toBeNull()
  })
})

describe('expiry', () => {
  test('a key works until its second and is told apart from an unknown one from then on', async () => {
    const { body } = await create({ expires_in: 60 })
    // Whole seconds: the end that is shown is the end there is.
    const created = Math.floor(clock.now().getTime() / 1000)
    expect(body.expires).toBe(created + 60)
    const remaining = (created + 60) * 1000 - clock.now().getTime()
    expect(await auth.judge(body.key)).toMatchObject({ expired: false, expires_in_ms: remaining })
    clock.advance(remaining - 1)
    expect(await auth.judge(body.key)).toMatchObject({
      principal: { keyId: body.id },
      expired: false,
      expires_in_ms: 1,
    })
    clock.advance(1)
    expect(await auth.judge(body.key)).toEqual({ principal: null, expired: true, expires_in_ms: null })
  })

  test('a key without an end has none', async () => {
    const { body } = await create({})
    expect(body.expires).toBeNull()
    expect(await auth.judge(body.key)).toMatchObject({ expired: false, expires_in_ms: null })
  })

  test('a revoked key is as unknown as one that never was, expired or not', async () => {
    const { body } = await create({ expires_in: 60 })
    await auth.call('DELETE', `/auth/api_keys/${body.id}`, { principal: ada })
    expect((await auth.judge(body.key)).expired).toBe(false)
    clock.advance(60_000)
    expect(await auth.judge(body.key)).toEqual({ principal: null, expired: false, expires_in_ms: null })
  })

  test('expired keys make room for new ones', async () => {
    const { principal } = await auth.enter('collector@example.com')
    const more = (expires_in: number) =>
      auth.call('POST', '/auth/api_keys', { principal, body: { environment: 'test', expires_in } })
    for (let at = 0; at < 100; at++) await more(60)
    expect((await more(60)).code).toBe('api_keys_too_many')
    clock.advance(60_000)
    expect((await more(60)).status).toBe(201)
  })

  for (const expires_in of [0, -1, 1.5, '60', 5 * 365 * 86_400 + 1])
    test(`of ${JSON.stringify(expires_in)} s is refused`, async () =>
      expect((await create({ expires_in })).status).toBe(400))

  test('the running service cannot put it off', async () => {
    await expect(database.db.sql`update auth.api_keys set expires_at = null`).rejects.toThrow(/permission denied/)
  })
})

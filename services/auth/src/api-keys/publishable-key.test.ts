import type { ApiKey, ApiKeyCreated, MerchantPrincipal, Mode } from '@micro/contracts'
import { createIds } from '@micro/kernel'
import { parseApiKey } from '@micro/signing'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import type { Static } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAuth, type Answer, type TestAuth } from '../testing/harness.ts'
import { tendPublishableKeys } from './publishable-key.work.ts'

const clock = fakeClock()
let database: TestDatabase
let auth: TestAuth
let people = 0

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

type Key = Static<typeof ApiKey>
type Made = Static<typeof ApiKeyCreated>
const person = async (): Promise<MerchantPrincipal> => (await auth.enter(`p${++people}@example.com`)).principal
const listed = async (principal: MerchantPrincipal): Promise<Key[]> =>
  (await auth.call<{ data: Key[] }>('GET', '/auth/api_keys', { principal })).body.data
const publishable = async (principal: MerchantPrincipal, mode: Mode = 'test'): Promise<Key & { key: string }> =>
  (await listed(principal)).find(
    (each) => each.type === 'publishable' && each.environment === mode && each.revoked === null && !each.rolled_to,
  ) as Key & { key: string }
const create = (
  principal: MerchantPrincipal,
  body: object = {},
): Promise<Answer<Made & { error: { param?: string } }>> =>
  auth.call('POST', '/auth/api_keys', { principal, body: { environment: 'test', publishable: true, ...body } })
const revoke = (principal: MerchantPrincipal, id: string) => auth.call('DELETE', `/auth/api_keys/${id}`, { principal })
const tend = () =>
  tendPublishableKeys({ db: database.db, clock, newId: createIds({ clock }), pepper: auth.config.peppers.current })

describe('a publishable key', () => {
  test('is there from the start, one for each mode, and may be read again and again', async () => {
    const ada = await person()
    for (const mode of ['test', 'live'] as const) {
      const key = await publishable(ada, mode)
      expect(parseApiKey(key.key)).toEqual({ type: 'pk', mode })
      expect(key).toMatchObject({ scopes: [], expires: null, truncated_key: key.key.slice(-4) })
      expect(await publishable(ada, mode)).toEqual(key)
      expect(await auth.verify(key.key)).toEqual({
        kind: 'publishable_key',
        merchant: ada.merchant,
        mode,
        keyId: key.id,
      })
    }
    const { id: keyId } = await auth.createKey(ada, { environment: 'live' })
    const secret = { kind: 'api_key', merchant: ada.merchant, mode: 'live', keyId, scopes: ['*'] } as const
    for (const [principal, mode] of [
      [ada, 'test'],
      [secret, 'live'],
    ] as const) {
      const me = await auth.call('GET', '/auth/me', { principal })
      expect(me.body['publishable_key']).toBe((await publishable(ada, mode)).key)
    }
  })

  test('opens nothing of what keys and people are managed with, not even itself', async () => {
    const ada = await person()
    const { id, key } = await publishable(ada)
    const principal = (await auth.verify(key))!
    for (const [method, path] of [
      ['DELETE', `/auth/api_keys/${id}`],
      ['POST', `/auth/api_keys/${id}/roll`],
      ['GET', '/auth/me'],
    ] as const)
      expect((await auth.call(method, path, { principal, ...(method === 'POST' ? { body: {} } : {}) })).code).toBe(
        'secret_key_required',
      )
    expect((await auth.call('GET', '/auth/api_keys', { principal })).code).toBe('session_missing')
    expect(await auth.verify(key)).toEqual(principal)
  })

  test('is rolled with a grace: both work, and one of them stands', async () => {
    const ada = await person()
    const old = await publishable(ada)
    const { body, status } = await auth.call<Made & { rolled_key: Key }>('POST', `/auth/api_keys/${old.id}/roll`, {
      principal: ada,
      body: { expires_in: 60 },
    })
    expect([status, body.type, body.rolled_key.key]).toEqual([201, 'publishable', old.key])
    expect(await publishable(ada)).toMatchObject({ id: body.id, key: body.key })
    for (const key of [old.key, body.key]) expect(await auth.verify(key)).not.toBeNull()
    clock.advance(61_000)
    expect(await auth.judge(old.key)).toMatchObject({ principal: null, expired: true })
    expect(await auth.verify(body.key)).not.toBeNull()
  })

  test('revoked stops working and does not come back by itself; its owner makes another', async () => {
    const ada = await person()
    const old = await publishable(ada)
    await revoke(ada, old.id)
    expect(await auth.verify(old.key)).toBeNull()
    await tend()
    expect(await publishable(ada)).toBeUndefined()
    expect((await auth.call('GET', '/auth/me', { principal: ada })).body['publishable_key']).toBeNull()
    clock.advance(1)
    const made = await create(ada, { name: 'shop' })
    expect([made.status, made.body.type, made.body.name]).toEqual([201, 'publishable', 'shop'])
    expect(await auth.verify(made.body.key)).toMatchObject({ kind: 'publishable_key', keyId: made.body.id })
    const log = await auth.call<{ data: { action: string; subject: string }[] }>('GET', '/auth/audit_log', {
      principal: ada,
    })
    expect(log.body.data[0]).toMatchObject({ action: 'api_key.created', subject: made.body.id })
  })

  test('stands once, also where many are asked for at once', async () => {
    const ada = await person()
    const first = await create(ada)
    expect([first.status, first.code]).toEqual([400, 'publishable_key_exists'])
    await revoke(ada, (await publishable(ada)).id)
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(ada)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 9 }, () => 400)])
    expect(
      (await listed(ada)).filter(({ revoked, environment }) => revoked === null && environment === 'test'),
    ).toHaveLength(1)
  })

  for (const [param, value] of [
    ['scopes', ['payments:write']],
    ['expires_in', 60],
  ] as const)
    test(`has no ${param}`, async () => {
      const answer = await create(await person(), { [param]: value })
      expect([answer.status, answer.body.error.param]).toEqual([400, 'publishable'])
      expect(JSON.stringify(answer.body)).toContain(`a publishable key has no ${param}`)
    })

  test('takes none of the places of secret keys', async () => {
    const ada = await person()
    for (let at = 0; at < 100; at++) await auth.createKey(ada)
    expect((await auth.call('POST', '/auth/api_keys', { principal: ada, body: { environment: 'test' } })).code).toBe(
      'api_keys_too_many',
    )
  })
})

describe('merchants from before there were any', () => {
  test('get theirs once, however many processes see to it at once', async () => {
    const ada = await person()
    await database.owner.sql`delete from auth.api_keys where merchant = ${ada.merchant}`
    await Promise.all(Array.from({ length: 5 }, tend))
    const keys = await listed(ada)
    expect(keys.map(({ environment }) => environment).toSorted()).toEqual(['live', 'test'])
    for (const { key, id } of keys) expect(await auth.verify(key ?? '')).toMatchObject({ keyId: id })
    expect(await tend()).toBe(false)
    expect(await listed(ada)).toEqual(keys)
  })
})

describe('the database refuses', () => {
  const { sql } = { sql: (...args: Parameters<TestDatabase['owner']['sql']>) => database.owner.sql(...args) }
  for (const [what, change, constraint] of [
    [
      'a publishable key with scopes',
      (id: string) => sql`update auth.api_keys set scopes = '{payments:write}' where id = ${id}`,
      'api_keys_scopes_check',
    ],
    [
      'a publishable key that may do everything',
      (id: string) => sql`update auth.api_keys set scopes = '{*}' where id = ${id}`,
      'api_keys_scopes_check',
    ],
    [
      'a key with neither scopes nor a text',
      (id: string) => sql`update auth.api_keys set publishable_key = null where id = ${id}`,
      'api_keys_scopes_check',
    ],
    [
      'a secret in place of its text',
      (id: string) => sql`update auth.api_keys set publishable_key = ${`sk_test_${'a'.repeat(38)}`} where id = ${id}`,
      'api_keys_publishable',
    ],
    [
      'one of the other mode',
      (id: string) => sql`update auth.api_keys set mode = 'live' where id = ${id}`,
      'api_keys_publishable',
    ],
  ] as const)
    test(what, async () => {
      const { id } = await publishable(await person())
      await expect(change(id)).rejects.toThrow(constraint)
    })
  test('a second one that stands', async () => {
    const ada = await person()
    const copy = database.owner.sql`
      insert into auth.api_keys (id, merchant, mode, scopes, hash, pepper_id, last_four, created_by, created_at, publishable_key)
      select id || 'x', merchant, mode, scopes, decode(md5(id) || md5(id), 'hex'), pepper_id, last_four, created_by, created_at,
             publishable_key
      from auth.api_keys where merchant = ${ada.merchant}`
    await expect(copy).rejects.toThrow('api_keys_publishable')
  })
})

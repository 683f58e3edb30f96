import type { ApiKey, MerchantPrincipal } from '@micro/contracts'
import { only } from '@micro/postgres'
import { parseApiKey } from '@micro/signing'
import { eventually, fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAuth, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
let database: TestDatabase
let auth: TestAuth
let ada: MerchantPrincipal
let eve: MerchantPrincipal

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
  ada = (await auth.enter('ada@example.com')).principal
  eve = (await auth.enter('eve@example.com')).principal
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

const asKey = (
  key: Pick<ApiKey, 'id' | 'environment' | 'scopes'>,
  { merchant }: MerchantPrincipal,
): MerchantPrincipal => ({
  kind: 'api_key',
  merchant,
  mode: key.environment,
  keyId: key.id,
  scopes: key.scopes,
})

const list = (principal: MerchantPrincipal, query = '') =>
  auth.call<{ data: ApiKey[]; has_more: boolean; url: string; error?: object }>('GET', `/auth/api_keys${query}`, {
    principal,
  })
const revoke = (principal: MerchantPrincipal, id: string) =>
  auth.call<ApiKey>('DELETE', `/auth/api_keys/${encodeURIComponent(id)}`, { principal })

/** Connections to this database that wait for somebody's lock. */
const waiting = async () =>
  only(
    await database.db.sql<{ count: bigint }>`
      select count(*) as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  ).count

describe('creating', () => {
  test('many at once stops at the most a merchant may have in a mode; revoking one makes room, the other mode is its own', async () => {
    const { principal } = await auth.enter('collector@example.com')
    const create = (environment: 'test' | 'live') =>
      auth.call<ApiKey>('POST', '/auth/api_keys', { principal, body: { environment } })
    const made = await Promise.all(Array.from({ length: 110 }, () => create('test')))
    expect(made.filter(({ status }) => status === 201)).toHaveLength(100)
    expect((await create('test')).code).toBe('api_keys_too_many')
    expect((await create('live')).status).toBe(201)
    await revoke(principal, made.find(({ status }) => status === 201)?.body.id ?? '')
    expect((await create('test')).status).toBe(201)
  })

  for (const environment of ['test', 'live'] as const) {
    test(`a ${environment} key is shown once and acts for its merchant in ${environment} mode only`, async () => {
      const answer = await auth.call<ApiKey & { key: string }>('POST', '/auth/api_keys', {
        principal: ada,
        body: { environment, name: 'laptop' },
      })
      expect(answer.status).toBe(201)
      const { key, ...shown } = answer.body
      expect(parseApiKey(key)).toEqual({ type: 'sk', mode: environment })
      expect(shown).toEqual({
        id: shown.id,
        object: 'api_key',
        type: 'secret',
        name: 'laptop',
        environment,
        scopes: ['*'],
        truncated_key: key.slice(-4),
        created: 1767225600,
        last_used: null,
        expires: null,
        revoked: null,
        rolled_from: null,
        rolled_to: null,
      })
      expect(await auth.verify(key)).toEqual({
        kind: 'api_key',
        merchant: ada.merchant,
        mode: environment,
        keyId: shown.id,
        scopes: ['*'],
      })
      expect(JSON.stringify((await list(ada)).body)).not.toContain(key)
    })
  }

  for (const [name, body, want] of [
    ['a live secret key', { environment: 'live' }, [403, 'live_requires_tls']],
    ['a live restricted key', { environment: 'live', scopes: ['payments:read'] }, [403, 'live_requires_tls']],
    ['a test key', { environment: 'test' }, [201, undefined]],
  ] as const)
    test(`${name} is ${want[0] === 201 ? '' : 'not '}shown where others could listen`, async () => {
      const before = (await list(ada)).body.data.length
      const answer = await auth.call('POST', '/auth/api_keys', { principal: ada, body, inClear: true })
      expect([answer.status, answer.code]).toEqual(want)
      expect((await list(ada)).body.data.length).toBe(before + (want[0] === 201 ? 1 : 0))
    })

  for (const [name, body, code] of [
    ['no environment', {}, 'parameter_missing'],
    ['another environment', { environment: 'production' }, 'parameter_invalid'],
    ['an empty name', { environment: 'test', name: '' }, 'parameter_invalid_empty'],
    ['a name of 101 characters', { environment: 'test', name: 'x'.repeat(101) }, 'parameter_invalid'],
    ['a merchant', { environment: 'test', merchant: 'acct_other' }, 'parameter_unknown'],
  ] as const) {
    test(`with ${name} is refused`, async () => {
      const answer = await auth.call('POST', '/auth/api_keys', { principal: ada, body })
      expect([answer.status, answer.code]).toEqual([400, code])
    })
  }

  test('needs a session: an API key makes no further keys', async () => {
    const key = await auth.createKey(ada)
    const body = { environment: 'live' }
    expect((await auth.call('POST', '/auth/api_keys', { principal: asKey(key, ada), body })).status).toBe(401)
    expect((await auth.call('POST', '/auth/api_keys', { body })).code).toBe('session_missing')
    for (const method of ['DELETE', 'PUT'] as const)
      expect((await auth.call(method as 'DELETE', '/auth/api_keys', { principal: ada, body })).status).toBe(404)
  })
})

describe('listing', () => {
  test('pages through all keys newest first, in both directions, and says when there are more', async () => {
    const { principal } = await auth.enter('pages@example.com')
    // Made with the merchant.
    const ids = (await list(principal)).body.data.map(({ id }) => id)
    for (let at = 0; at < 3; at++) {
      clock.advance(1)
      ids.unshift((await auth.createKey(principal)).id)
    }
    const page = async (query: string) => {
      const { body } = await list(principal, query)
      return [body.data.map(({ id }) => ids.indexOf(id)), body.has_more]
    }
    expect(await page('')).toEqual([[0, 1, 2, 3, 4], false])
    expect(await page('?limit=5')).toEqual([[0, 1, 2, 3, 4], false])
    expect(await page('?limit=2')).toEqual([[0, 1], true])
    expect(await page(`?limit=2&starting_after=${ids[1]}`)).toEqual([[2, 3], true])
    expect(await page(`?limit=2&starting_after=${ids[3]}`)).toEqual([[4], false])
    expect(await page(`?limit=2&ending_before=${ids[4]}`)).toEqual([[2, 3], true])
    expect(await page(`?limit=2&ending_before=${ids[1]}`)).toEqual([[0], false])
  })

  test("shows no other merchant's keys, and their ids are as unknown as any other as a cursor", async () => {
    const key = await auth.createKey(ada)
    expect((await list(eve)).body.data.map(({ type }) => type)).toEqual(['publishable', 'publishable'])
    for (const id of [key.id, 'key_unknown', "'--"]) {
      for (const cursor of ['starting_after', 'ending_before']) {
        const answer = await list(eve, `?${cursor}=${id}`)
        expect([answer.status, answer.code]).toEqual([400, 'resource_missing'])
      }
    }
  })

  test('refuses both cursors at once and limits outside 1 to 100', async () => {
    const { id } = await auth.createKey(ada)
    for (const query of [`?starting_after=${id}&ending_before=${id}`, '?limit=0', '?limit=101', '?limit=1.5'])
      expect((await list(ada, query)).status).toBe(400)
  })
})

describe('revoking', () => {
  test('a key stops working at once, the gateways are told, and a repeat changes nothing', async () => {
    const key = await auth.createKey(ada)
    const first = await revoke(ada, key.id)
    expect(first.status).toBe(200)
    expect(first.body.revoked).not.toBeNull()
    expect(await auth.verify(key.key)).toBeNull()
    expect(auth.revoked).toContainEqual({ keyId: key.id })
    clock.advance(5000)
    expect((await revoke(ada, key.id)).body).toEqual(first.body)
  })

  test('many times at once is recorded once', async () => {
    const key = await auth.createKey(ada)
    // Held until both wait for the key, so that neither sees what the other does.
    const answers = await database.db.transaction(async (sql) => {
      await sql`select id from auth.api_keys where id = ${key.id} for update`
      const asked = [revoke(ada, key.id), revoke(ada, key.id)]
      await eventually(async () => expect(await waiting()).toBe(2n))
      return asked
    })
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200)
    const recorded = await database.db.sql`
      select id from auth.audit_log where action = 'api_key.revoked' and subject = ${key.id}`
    expect(recorded).toHaveLength(1)
  })

  test("another merchant's key answers exactly like an unknown one, to a person and to a key, and stays alive", async () => {
    const key = await auth.createKey(ada)
    const eveKey = asKey(await auth.createKey(eve), eve)
    for (const principal of [eve, eveKey]) {
      const foreign = await revoke(principal, key.id)
      const unknown = await revoke(
        principal,
        key.id.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')),
      )
      expect(foreign.status).toBe(404)
      expect(JSON.stringify(foreign.body).replace(key.id, '')).toBe(JSON.stringify(unknown.body).replace(/key_\w+/, ''))
    }
    expect(await auth.verify(key.key)).not.toBeNull()
    // What PostgreSQL could not even be asked for.
    expect((await revoke(eve, '\u0000')).code).toBe('parameter_invalid')
  })

  test('an API key revokes itself and no other key of its merchant, of either mode', async () => {
    const [self, sibling] = [await auth.createKey(ada), await auth.createKey(ada, { environment: 'live' })]
    expect((await revoke(asKey(self, ada), sibling.id)).code).toBe('permission_denied')
    expect(await auth.verify(sibling.key)).not.toBeNull()
    expect((await revoke(asKey(self, ada), self.id)).status).toBe(200)
    expect(await auth.verify(self.key)).toBeNull()
  })
})

describe('who am I', () => {
  test('a session is told about its user, an API key about its owner and itself', async () => {
    const me = await auth.call('GET', '/auth/me', { principal: ada })
    expect(me.body).toMatchObject({
      id: ada.user,
      email: 'ada@example.com',
      merchant: ada.merchant,
      mode: 'test',
      api_key: null,
    })
    const key = await auth.createKey(ada, { environment: 'live' })
    const keyMe = await auth.call('GET', '/auth/me', { principal: asKey(key, ada) })
    expect(keyMe.body).toMatchObject({
      id: ada.user,
      mode: 'live',
      api_key: { id: key.id, truncated_key: key.key.slice(-4) },
    })
    expect(JSON.stringify(keyMe.body)).not.toContain(key.key)
  })

  test('nobody is told nothing', async () => {
    expect((await auth.call('GET', '/auth/me')).status).toBe(401)
  })
})

test('the running service cannot change what a key is, or delete it', async () => {
  await expect(database.db.sql`update auth.api_keys set mode = 'live'`).rejects.toThrow(/permission denied/)
  await expect(database.db.sql`update auth.api_keys set merchant = ${eve.merchant}`).rejects.toThrow(
    /permission denied/,
  )
  await expect(database.db.sql`delete from auth.api_keys`).rejects.toThrow(/permission denied/)
})

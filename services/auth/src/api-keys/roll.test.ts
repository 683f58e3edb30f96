import type { ApiKey, authApi, MerchantPrincipal, Response } from '@micro/contracts'
import { parseApiKey } from '@micro/signing'
import { eventually, fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
beforeEach(() => {
  auth.revoked.length = 0
  auth.changed.length = 0
})

type Rolled = Response<typeof authApi.rollApiKey>

const hour = 3600
const seconds = () => clock.now().getTime() / 1000
const roll = (principal: MerchantPrincipal, id: string, body: object = {}) =>
  auth.call<Rolled & { error: { message: string } }>('POST', `/auth/api_keys/${encodeURIComponent(id)}/roll`, {
    principal,
    body,
  })
const revoke = (id: string) => auth.call('DELETE', `/auth/api_keys/${id}`, { principal: ada })
const listed = async (id: string) => {
  const { body } = await auth.call<{ data: ApiKey[] }>('GET', '/auth/api_keys?limit=100', { principal: ada })
  return body.data.find((each) => each.id === id)
}
const works = async (key: string) => (await auth.verify(key)) !== null
const asKey = (key: ApiKey): MerchantPrincipal => ({
  kind: 'api_key',
  merchant: ada.merchant,
  mode: key.environment,
  keyId: key.id,
  scopes: key.scopes,
})

describe('the new key', () => {
  test('of live mode is not shown where others could listen, and the old one stays', async () => {
    const [live, free] = [await auth.createKey(ada, { environment: 'live' }), await auth.createKey(ada)]
    const inClear = async ({ id }: ApiKey) => {
      const { status, code } = await auth.call('POST', `/auth/api_keys/${id}/roll`, { principal: ada, inClear: true })
      return [status, code]
    }
    expect(await inClear(live)).toEqual([403, 'live_requires_tls'])
    expect(await works(live.key)).toBe(true)
    expect(await inClear(free)).toEqual([201, undefined])
  })

  test('has the name, environment, scopes and expiry of the old one, and is shown once', async () => {
    const old = await auth.createKey(ada, {
      environment: 'live',
      name: 'shop',
      scopes: ['payments:write', 'events:read'],
      expires_in: 30 * 24 * hour,
    })
    clock.advance(60_000)
    const { status, body } = await roll(ada, old.id, { expires_in: hour })
    expect(status).toBe(201)
    const { key, rolled_key, ...shown } = body
    expect(shown).toEqual({
      ...shown,
      type: 'restricted',
      name: 'shop',
      environment: 'live',
      scopes: ['payments:write', 'events:read'],
      created: seconds(),
      expires: old.expires,
      revoked: null,
      rolled_from: old.id,
      rolled_to: null,
    })
    expect(parseApiKey(key)).toEqual({ type: 'rk', mode: 'live' })
    expect(await auth.verify(key)).toMatchObject({ keyId: body.id, scopes: old.scopes, mode: 'live' })
    expect(rolled_key).toEqual({ ...(await listed(old.id)), rolled_to: body.id, expires: seconds() + hour })
    expect(await listed(body.id)).toEqual({ ...shown, key: null, last_used: null })
    expect(auth.logged.join('\n')).not.toContain(key)
  })

  test('can be told nothing else: no scopes, no later end, no other mode', async () => {
    const old = await auth.createKey(ada, { environment: 'test', scopes: ['events:read'] })
    for (const more of [
      { scopes: ['payments:write'] },
      { scopes: ['*'] },
      { environment: 'live' },
      { name: 'x' },
      { merchant: eve.merchant },
      { expires: 9_999_999_999 },
    ])
      expect([more, (await roll(ada, old.id, more)).code]).toEqual([more, 'parameter_unknown'])
    expect((await listed(old.id))?.rolled_to).toBeNull()
  })
})

describe('the old key', () => {
  test('works beside the new one until the deadline, and not a moment longer', async () => {
    const old = await auth.createKey(ada)
    const { body } = await roll(ada, old.id, { expires_in: hour })
    expect(await auth.judge(old.key)).toMatchObject({ expires_in_ms: hour * 1000 })
    clock.advance(hour * 1000 - 1)
    expect([await works(old.key), await works(body.key)]).toEqual([true, true])
    clock.advance(1)
    expect(await auth.judge(old.key)).toEqual({ principal: null, expired: true, expires_in_ms: null })
    expect(await works(body.key)).toBe(true)
  })

  test('dies at once with 0 seconds or none given, and its streams with it', async () => {
    for (const given of [{ expires_in: 0 }, {}]) {
      const old = await auth.createKey(ada)
      const { body } = await roll(ada, old.id, given)
      expect(await auth.judge(old.key)).toMatchObject({ principal: null, expired: true })
      expect(await works(body.key)).toBe(true)
      await eventually(() => expect(auth.revoked).toContainEqual({ keyId: old.id }))
    }
  })

  test('with a grace goes on in the gateways, which are told to ask again', async () => {
    const old = await auth.createKey(ada)
    await roll(ada, old.id, { expires_in: 60 })
    await eventually(() => expect(auth.changed).toEqual([{ keyId: old.id }]))
    expect(auth.revoked).toEqual([])
  })

  test('that ends sooner than the grace ends then: a roll puts no end off', async () => {
    const old = await auth.createKey(ada, { environment: 'test', expires_in: 60 })
    const { body } = await roll(ada, old.id, { expires_in: hour })
    expect([body.rolled_key.expires, body.expires]).toEqual([old.expires, old.expires])
    clock.advance(60_000)
    expect([await works(old.key), await works(body.key)]).toEqual([false, false])
    // Whatever a later change of the code may try.
    await expect(
      database.db.sql`update auth.api_keys set retires_at = expires_at + interval '1 s' where id = ${old.id}`,
    ).rejects.toThrow(/api_keys_retires_in_time/)
  })

  test('revoked within its grace is dead at once; the new key stays', async () => {
    const old = await auth.createKey(ada)
    const { body } = await roll(ada, old.id, { expires_in: hour })
    await revoke(old.id)
    expect(await auth.judge(old.key)).toEqual({ principal: null, expired: false, expires_in_ms: null })
    await eventually(() => expect(auth.revoked).toEqual([{ keyId: old.id }]))
    expect(await works(body.key)).toBe(true)
  })
})

describe('revoking a key that was rolled', () => {
  const revokeWith = (id: string, query: string, principal = ada) =>
    auth.call<{ revoked_successors?: string[] }>('DELETE', `/auth/api_keys/${id}${query}`, { principal })

  test('ends what the key made in its place, as a thief of it may have, and what that made', async () => {
    const stolen = await auth.createKey(ada)
    const first = (await roll(asKey(stolen), stolen.id)).body
    const second = (await roll(asKey(first), first.id)).body
    const { body } = await revokeWith(stolen.id, '')
    expect(body.revoked_successors).toEqual([first.id, second.id].toSorted())
    expect([await works(first.key), await works(second.key)]).toEqual([false, false])
    await eventually(() =>
      expect(auth.revoked.map(({ keyId }) => keyId)).toEqual(expect.arrayContaining([stolen.id, first.id, second.id])),
    )
    const entries = await database.db.sql<{ subject: string; detail: object }>`
      select subject, detail from auth.audit_log where action = 'api_key.revoked' and subject = ${second.id}`
    expect(entries).toEqual([{ subject: second.id, detail: { successor_of: stolen.id } }])
  })

  test('leaves what a person made in its place, and what came of that', async () => {
    const old = await auth.createKey(ada)
    const { body: next } = await roll(ada, old.id, { expires_in: hour })
    const { body: last } = await roll(asKey(next), next.id)
    expect((await revokeWith(old.id, '')).body.revoked_successors).toBeUndefined()
    expect(await works(last.key)).toBe(true)
  })

  for (const [query, works_on] of [
    ['?successors=true', false],
    ['?successors=false', true],
  ] as const)
    test(`${query}: whoever made it, ${works_on ? 'it works on' : 'it ends'}`, async () => {
      const old = await auth.createKey(ada)
      const byPerson = (await roll(ada, old.id, { expires_in: hour })).body
      const byKey = (await roll(asKey(byPerson), byPerson.id)).body
      expect((await revokeWith(old.id, query)).status).toBe(200)
      expect(await works(byKey.key)).toBe(works_on)
    })

  test('by the key itself ends it alone: who stole it does not end what its owner made', async () => {
    const stolen = await auth.createKey(ada)
    const { body: owners } = await roll(ada, stolen.id, { expires_in: hour })
    expect((await revokeWith(stolen.id, '?successors=true', asKey(stolen))).status).toBe(403)
    expect((await revokeWith(stolen.id, '', asKey(stolen))).status).toBe(200)
    expect([await works(stolen.key), await works(owners.key)]).toEqual([false, true])
  })

  test('while its successor is being rolled, time and again, leaves none behind', async () => {
    for (let round = 0; round < 5; round++) {
      const stolen = await auth.createKey(ada)
      const first = (await roll(asKey(stolen), stolen.id)).body
      const [rolled] = await Promise.all([roll(asKey(first), first.id), revokeWith(stolen.id, '')])
      if (rolled.status === 201) expect(await works(rolled.body.key)).toBe(false)
      expect(await works(first.key)).toBe(false)
    }
  })
})

describe('a roll is refused', () => {
  for (const [name, prepare, reason] of [
    ['of a revoked key', async (key: ApiKey) => void (await revoke(key.id)), 'is revoked'],
    ['of an expired key', async () => clock.advance(hour * 1000), 'has expired'],
    [
      'of a key whose grace is over',
      async (key: ApiKey) => {
        await roll(ada, key.id, { expires_in: 60 })
        clock.advance(60_000)
      },
      'has expired',
    ],
    [
      'of a key that was rolled already',
      async (key: ApiKey) => void (await roll(ada, key.id, { expires_in: 60 })),
      'was rolled to key_',
    ],
  ] as const) {
    test(`${name}, by a person and by the key itself`, async () => {
      const key = await auth.createKey(ada, { environment: 'test', expires_in: hour })
      await prepare(key)
      for (const principal of [ada, asKey(key)]) {
        const { status, code, body } = await roll(principal, key.id, { expires_in: 60 })
        expect([status, code]).toEqual([400, 'api_key_unexpected_state'])
        expect(body.error.message).toContain(reason)
      }
    })
  }

  test("of another merchant's key, exactly like of an unknown one, and it stays as it is", async () => {
    const key = await auth.createKey(ada)
    const unknown = key.id.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'))
    const answers = [await roll(eve, key.id), await roll(eve, unknown)]
    expect(answers.map(({ status }) => status)).toEqual([404, 404])
    expect(JSON.stringify(answers[0]?.body).replaceAll(key.id, '')).toBe(
      JSON.stringify(answers[1]?.body).replaceAll(unknown, ''),
    )
    expect((await listed(key.id))?.rolled_to).toBeNull()
  })

  for (const expires_in of [-1, 604_801, 1.5, '60'])
    test(`with ${JSON.stringify(expires_in)} s`, async () => {
      const key = await auth.createKey(ada)
      expect((await roll(ada, key.id, { expires_in })).status).toBe(400)
      expect(await works(key.key)).toBe(true)
    })
})

test('an API key rolls itself, keeping what it may do, and no other key', async () => {
  const self = await auth.createKey(ada, { environment: 'test', scopes: ['events:read'], expires_in: hour })
  const sibling = await auth.createKey(ada)
  expect((await roll(asKey(self), sibling.id)).code).toBe('permission_denied')
  expect(await works(sibling.key)).toBe(true)
  const { status, body } = await roll(asKey(self), self.id, { expires_in: 60 })
  expect([status, body.scopes, body.expires]).toEqual([201, ['events:read'], self.expires])
})

test('keys rolled one after the other form one chain, each with the first expiry', async () => {
  const start = await auth.createKey(ada, { environment: 'test', expires_in: hour })
  let last: ApiKey = start
  for (let at = 0; at < 3; at++) {
    clock.advance(60_000)
    const { body } = await roll(ada, last.id, { expires_in: 60 })
    expect([body.rolled_from, body.expires]).toEqual([last.id, start.expires])
    last = body
  }
})

test('ten rolls of one key at once make one new key', async () => {
  const key = await auth.createKey(ada)
  const answers = await Promise.all(Array.from({ length: 10 }, () => roll(ada, key.id, { expires_in: 60 })))
  const made = answers.filter(({ status }) => status === 201)
  expect([made.length, made[0]?.body.id]).toEqual([1, (await listed(key.id))?.rolled_to])
  const successors = await database.db.sql`select id from auth.api_keys where rolled_from = ${key.id}`
  expect(successors).toHaveLength(1)
})

test('a roll that races a revocation leaves a dead old key, whoever was first', async () => {
  for (let round = 0; round < 5; round++) {
    const key = await auth.createKey(ada)
    const [rolled] = await Promise.all([roll(ada, key.id, { expires_in: hour }), revoke(key.id)])
    expect(await works(key.key)).toBe(false)
    if (rolled.status === 201) expect(await works(rolled.body.key)).toBe(true)
    else expect(rolled.code).toBe('api_key_unexpected_state')
  }
})

test('a merchant with all keys there may be can roll each once; keys in their grace have a bound of their own', async () => {
  const { principal } = await auth.enter('collector@example.com')
  const keys = []
  for (let at = 0; at < 100; at++) keys.push(await auth.createKey(principal))
  const successors = []
  for (const { id } of keys) successors.push((await roll(principal, id, { expires_in: hour })).body)
  expect(successors.every(({ key }) => key !== undefined)).toBe(true)
  const one = successors[0]?.id ?? ''
  const full = await roll(principal, one, { expires_in: hour })
  expect([full.status, full.code]).toEqual([400, 'api_keys_rolled_too_many'])
  const create = () => auth.call('POST', '/auth/api_keys', { principal, body: { environment: 'test' } })
  expect((await create()).code).toBe('api_keys_too_many')
  // At once it adds none, and when the graces are over there is room again.
  expect((await roll(principal, one)).status).toBe(201)
  clock.advance(hour * 1000)
  expect((await create()).code).toBe('api_keys_too_many')
  expect((await roll(principal, successors[1]?.id ?? '', { expires_in: hour })).status).toBe(201)
})

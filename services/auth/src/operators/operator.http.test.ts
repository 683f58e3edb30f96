import { authApi, type ManagedUser, type MerchantPrincipal, type Route } from '@micro/contracts'
import { eventually, fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { password, startAuth, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
let database: TestDatabase
let auth: TestAuth
let operator: MerchantPrincipal
let people = 0

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
  operator = (await auth.enter('operator@example.com')).principal
  // Ids sort by their time.
  clock.advance(1000)
})
beforeEach(() => {
  auth.revoked.length = 0
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

const person = () => auth.enter(`person${++people}@example.com`)
const change = (id: string, body: object, principal = operator) =>
  auth.call<ManagedUser & { error?: object }>('POST', `/auth/operator/users/${id}`, { principal, body })
const logInAgain = async (email: string): Promise<MerchantPrincipal> =>
  (await auth.verify((await auth.logIn(email)).body.token)) as MerchantPrincipal

describe('403: the service itself lets nobody but an operator in', () => {
  const routes = (Object.entries(authApi) as [string, Route][]).filter(([, { access }]) => access.includes('operator'))
  test('there are such routes', () => expect(routes.length).toBeGreaterThanOrEqual(6))
  for (const [name, { method, path }] of routes)
    test(name, async () => {
      const { principal } = await person()
      const url = path.replace(':id', principal.user ?? '')
      const ask = async (as?: MerchantPrincipal) =>
        (await auth.call(method, url, { ...(as && { principal: as }), ...(method === 'POST' && { body: {} }) })).code
      expect(await ask()).toBe('session_missing')
      expect(await ask(principal)).toBe('operator_required')
      const key = { kind: 'api_key', merchant: operator.merchant, mode: 'test', keyId: 'key_1', scopes: ['*'] } as const
      expect(await ask(key)).toBe('session_missing')
      expect(await ask({ ...key, operator: true })).toBe('session_missing')
    })

  test('who was an operator a moment ago changes nothing any more', async () => {
    const { user } = await person()
    await change(user.id, { operator: true })
    const former = await logInAgain(user.email)
    expect(former.operator).toBe(true)
    await change(user.id, { operator: false })
    // What the gateway may still believe for seconds.
    expect((await change(user.id, { operator: true }, former)).code).toBe('operator_required')
    for (const [path, body] of [
      ['/auth/operator/registration', { open: false }],
      ['/auth/operator/invitations', { email: 'x@example.com' }],
    ] as const)
      expect((await auth.call('POST', path, { principal: former, body })).code).toBe('operator_required')
  })
})

describe('disabling a user', () => {
  test('ends their sessions and keys at once and tells every cache; enabling lets them log in again', async () => {
    const { user, tokens, principal } = await person()
    const second = await auth.logIn(user.email)
    const keys = [await auth.createKey(principal), await auth.createKey(principal, { environment: 'live' })]
    const { status, body } = await change(user.id, { disabled: true })
    expect([status, body.disabled]).toEqual([200, Math.floor(clock.now().getTime() / 1000)])
    for (const credential of [tokens.token, second.body.token, ...keys.map(({ key }) => key)])
      expect(await auth.verify(credential)).toBeNull()
    expect((await auth.refresh(tokens.refresh_token)).code).toBe('refresh_token_invalid')
    await eventually(() => expect(auth.revoked).toHaveLength(6))
    for (const { id } of keys) expect(auth.revoked).toContainEqual({ keyId: id })
    expect(auth.revoked).toContainEqual({ session: principal.session })

    expect((await auth.logIn(user.email)).code).toBe('user_disabled')
    expect((await auth.logIn(user.email, 'a guess')).code).toBe('login_invalid')

    expect((await change(user.id, { disabled: false })).body.disabled).toBeNull()
    expect(await auth.verify(keys[0]?.key ?? '')).toMatchObject({ kind: 'api_key', keyId: keys[0]?.id })
    expect(await auth.verify(tokens.token)).toBeNull()
    expect((await auth.logIn(user.email)).status).toBe(200)
  })

  test('whoever logs in at that moment is out afterwards', async () => {
    for (let round = 0; round < 5; round++) {
      const { user } = await person()
      const [, ...logins] = await Promise.all([
        change(user.id, { disabled: true }),
        ...Array.from({ length: 5 }, () => auth.logIn(user.email)),
      ])
      for (const { status, body } of logins) {
        expect([200, 401, 403, 429]).toContain(status)
        if (status === 200) expect(await auth.verify(body.token)).toBeNull()
      }
    }
  })

  test('nobody disables themselves', async () => {
    expect((await change(operator.user ?? '', { disabled: true })).code).toBe('disable_self_refused')
  })
})

describe('making operators', () => {
  test('takes effect on sessions that are open, which every cache is told', async () => {
    const { user, tokens, principal } = await person()
    expect((await change(user.id, { operator: true })).body.operator).toBe(true)
    expect(await auth.verify(tokens.token)).toMatchObject({ operator: true })
    await eventually(() => expect(auth.revoked).toEqual([{ session: principal.session }]))
    await change(user.id, { operator: false })
    expect(await auth.verify(tokens.token)).not.toHaveProperty('operator')
  })

  test('the last operator stays one', async () => {
    expect((await change(operator.user ?? '', { operator: false })).code).toBe('operator_last')
    expect((await change(operator.user ?? '', { operator: true, disabled: false })).status).toBe(200)
  })

  test('an operator who is disabled does not count', async () => {
    const { user } = await person()
    await change(user.id, { operator: true })
    await change(user.id, { disabled: true })
    expect((await change(operator.user ?? '', { operator: false })).code).toBe('operator_last')
  })

  for (const body of [{ disabled: true }, { operator: false }])
    test(`of operators who all do ${JSON.stringify(body)} to each other at once, one is left`, async () => {
      await using fresh = await testDatabase('auth')
      const own = await startAuth({ db: fresh.db, clock })
      const first = (await own.enter('first@example.com')).principal
      const others = await Promise.all([1, 2, 3].map((n) => own.enter(`other${n}@example.com`)))
      const act = (as: MerchantPrincipal, id: string, what: object) =>
        own.call('POST', `/auth/operator/users/${id}`, { principal: as, body: what })
      for (const { user } of others) await act(first, user.id, { operator: true })
      const all = [first, ...others.map(({ principal }) => ({ ...principal, operator: true }) as const)]
      await Promise.all(
        all.flatMap((as) => all.filter((each) => each !== as).map((each) => act(as, each.user ?? '', body))),
      )
      const left = await fresh.db.sql`select id from auth.users where operator and disabled_at is null`
      expect(left).toHaveLength(1)
      await own.stop()
    })
})

describe('the list of users', () => {
  test('pages join, newest first, and no password hash is in it', async () => {
    const list = (query: string) =>
      auth.call<{ data: ManagedUser[]; has_more: boolean }>('GET', `/auth/operator/users${query}`, {
        principal: operator,
      })
    const all = (await list('?limit=100')).body
    expect(all.has_more).toBe(false)
    expect(all.data.at(-1)).toMatchObject({ id: operator.user, object: 'user', operator: true, disabled: null })
    expect(JSON.stringify(all)).not.toContain('argon2')
    const ids = all.data.map(({ id }) => id)
    const second = (await list(`?limit=2&starting_after=${ids[1]}`)).body
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(2, 4))
    const back = (await list(`?limit=2&ending_before=${ids[3]}`)).body
    expect(back.data.map(({ id }) => id)).toEqual(ids.slice(1, 3))
    expect((await list('?starting_after=usr_none')).code).toBe('resource_missing')
  })

  test('tells when each was seen last by a session that they hold, and of who holds none nothing', async () => {
    const { user, tokens } = await person()
    const seen = async () =>
      (
        await auth.call<{ data: ManagedUser[] }>('GET', '/auth/operator/users?limit=100', { principal: operator })
      ).body.data.find(({ id }) => id === user.id)?.last_seen
    const began = Math.floor(clock.now().getTime() / 1000)
    expect(await seen()).toBe(began)
    clock.advance(60 * 60 * 1000)
    await auth.refresh(tokens.refresh_token)
    expect(await seen()).toBe(began + 3600)
    const { token } = (await auth.service.execute(
      'openBrowserSession',
      { kind: 'service', service: 'gateway' },
      { body: { email: user.email, password, client_ip: '', in_clear: false } },
    )) as { token: string }
    clock.advance(2 * 60 * 60 * 1000)
    await auth.verify(token)
    expect(await seen()).toBe(began + 3 * 3600)
    expect((await change(user.id, { disabled: true })).body.last_seen).toBeNull()
    expect(await seen()).toBeNull()
  })

  test('404 for a user there is not', async () => {
    expect((await change('usr_none', { disabled: true })).code).toBe('resource_missing')
  })
})

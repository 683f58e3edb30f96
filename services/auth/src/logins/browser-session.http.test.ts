import type { authApi, MerchantPrincipal, Principal, Response, Session } from '@micro/contracts'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { password, startAuth, type TestAuth } from '../testing/harness.ts'
import { browserTokenHash } from './browser-token.ts'

const clock = fakeClock()
const gateway = { kind: 'service', service: 'gateway' } as const
const hourMs = 60 * 60 * 1000
let database: TestDatabase
let auth: TestAuth

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

type Opened = Response<typeof authApi.openBrowserSession>

const open = (email: string, secret = password, principal: Principal = gateway, more: object = {}) =>
  auth.service.execute('openBrowserSession', principal, {
    body: { email, password: secret, client_ip: '203.0.113.7', in_clear: false, ...more },
  }) as Promise<Opened>
const end = (...tokens: string[]) =>
  auth.service.execute('endBrowserSession', gateway, { body: { tokens, client_ip: '' } }) as Promise<{ ended: boolean }>

/** A registered person with a browser. */
const enter = async (name: string) => {
  const user = (await auth.register(`${name}@example.com`)).body
  const { token } = await open(`${name}@example.com`)
  const principal = await auth.verify(token)
  if (principal === null) throw new Error('the fresh cookie was not accepted')
  return { user, token, principal }
}
const sessions = async (principal: MerchantPrincipal) =>
  (await auth.call<{ data: Session[] }>('GET', '/auth/sessions', { principal })).body.data

describe('opening one', () => {
  test('gives a secret of 256 bits, of which only the hash is stored', async () => {
    const { token, principal } = await enter('stored')
    expect(token).toMatch(/^bs_[0-9a-f]{64}$/)
    const rows = await database.db.sql<{ row: string; cookie_hash: Buffer }>`
      select login_sessions::text as row, cookie_hash from auth.login_sessions where id = ${principal.session}`
    expect(rows[0]?.cookie_hash).toEqual(browserTokenHash(token))
    expect(JSON.stringify([rows, auth.logged])).not.toContain(token.slice(3))
  })

  test('says who it is, and is a login session like any other', async () => {
    const { user, token, principal } = await enter('listed')
    expect(principal).toEqual({
      kind: 'session',
      merchant: user.merchant,
      mode: 'test',
      user: user.id,
      session: principal.session,
      ...(user.operator ? { operator: true } : {}),
    })
    expect(await sessions(principal)).toMatchObject([
      { id: principal.session, current: true, client_ip: '203.0.113.7' },
    ])
    expect((await open('listed@example.com')).session).toMatchObject({ object: 'browser_session', user })
    expect((await auth.refresh(token)).status).toBe(401)
  })

  test('ends what the browser held before, together with it or not at all', async () => {
    const before = await enter('before')
    await auth.register('after@example.com')
    const replace = (secret: string) => open('after@example.com', secret, gateway, { held: before.token })
    await expect(replace('guessed')).rejects.toMatchObject({ code: 'login_invalid' })
    expect(await auth.verify(before.token)).not.toBeNull()
    await database.owner.sql`revoke update on auth.login_sessions from auth_app`
    await expect(replace(password)).rejects.toThrow()
    await database.owner.sql`grant update (expires_at, ended_at, end_reason) on auth.login_sessions to auth_app`
    const rows = await database.db.sql`
      select session.id from auth.login_sessions session join auth.users on users.id = session.user_id
      where users.email = 'after@example.com'`
    expect(rows).toEqual([])
    const { token } = await replace(password)
    expect(await auth.verify(before.token)).toBeNull()
    expect(await auth.verify(token)).not.toBeNull()
    expect(auth.revoked).toContainEqual({ session: before.principal.session })
  })

  for (const in_clear of [true, false])
    test(`where others ${in_clear ? 'could' : 'could not'} listen, it is told whenever it is verified`, async () => {
      await auth.register(`clear-${in_clear}@example.com`)
      const { token } = await open(`clear-${in_clear}@example.com`, password, gateway, { in_clear })
      expect(await auth.judge(token)).toMatchObject({ principal: { kind: 'session' }, in_clear })
    })

  test('takes the same password, throttle and disabled users as every login, and is recorded as one', async () => {
    const { user, principal } = await enter('throttled')
    for (let times = 0; times < 5; times++)
      await expect(open('throttled@example.com', 'guessed')).rejects.toMatchObject({ code: 'login_invalid' })
    await expect(open('throttled@example.com')).rejects.toMatchObject({ code: 'login_throttled' })
    const log = (await auth.call('GET', '/auth/audit_log', { principal })).body
    expect(log['data']).toContainEqual(
      expect.objectContaining({
        action: 'login.succeeded',
        actor: { type: 'user', id: user.id },
        subject: principal.session,
        client_ip: '203.0.113.7',
      }),
    )
    expect(log['data']).toContainEqual(
      expect.objectContaining({ action: 'login.failed', actor: { type: 'nobody', id: null }, outcome: 'failure' }),
    )
  })

  test('is for the gateway alone', async () => {
    await auth.register('service@example.com')
    const asked = open('service@example.com', password, { kind: 'service', service: 'payments' })
    await expect(asked).rejects.toMatchObject({ code: 'permission_denied' })
  })
})

describe('it ends', () => {
  const isOver = async (token: string) => (await auth.verify(token)) === null

  test('by signing out, at once and once, and tells the gateways', async () => {
    const { token, principal } = await enter('out')
    expect(await end(token)).toEqual({ ended: true })
    expect(await isOver(token)).toBe(true)
    expect(auth.revoked).toContainEqual({ session: principal.session })
    expect(await end(token)).toEqual({ ended: false })
  })

  test('by signing out, with every other cookie that the browser sent', async () => {
    const [mine, other, over] = [await enter('both'), await enter('planted'), await enter('over')]
    await end(over.token)
    expect(await end(mine.token, over.token, other.token)).toEqual({ ended: true })
    for (const { token } of [mine, other]) expect(await isOver(token)).toBe(true)
    for (const { principal } of [mine, other])
      expect(auth.revoked.filter(({ session }) => session === principal.session)).toHaveLength(1)
  })

  test('in the list of sessions, from any other', async () => {
    const { token, principal } = await enter('list')
    const other = await auth.verify((await open('list@example.com')).token)
    await auth.call('DELETE', `/auth/sessions/${principal.session}`, { principal: other ?? principal })
    expect(await isOver(token)).toBe(true)
  })

  test('with a new password, also the one by which it was changed: a copy of its cookie would live on', async () => {
    const { token, principal } = await enter('password')
    const other = await open('password@example.com')
    const { token: bearer } = (await auth.logIn('password@example.com')).body
    const body = { current_password: password, new_password: 'another password' }
    expect((await auth.call('POST', '/auth/password', { principal, body })).status).toBe(200)
    for (const each of [token, other.token, bearer]) expect(await isOver(each)).toBe(true)
  })

  test('when its user is disabled', async () => {
    const { token, user } = await enter('disabled')
    // The first who registered.
    const operator = await auth.verify((await open('stored@example.com')).token)
    expect(operator).toMatchObject({ operator: true })
    const body = { disabled: true }
    await auth.call('POST', `/auth/operator/users/${user.id}`, { ...(operator && { principal: operator }), body })
    expect(await isOver(token)).toBe(true)
  })

  test('12 hours after its last use, which each use puts off, and never later than 7 days', async () => {
    const { token } = await enter('idle')
    for (let hours = 0; hours < 7 * 24 - 11; hours += 11) {
      expect(await isOver(token), `after ${hours} h`).toBe(false)
      clock.advance(11 * hourMs)
    }
    expect((await auth.judge(token)).expires_in_ms).toBeLessThan(11 * hourMs)
    clock.advance(11 * hourMs)
    expect(await isOver(token)).toBe(true)
    const left = await open('idle@example.com')
    expect((await auth.judge(left.token)).expires_in_ms).toBe(12 * hourMs)
    clock.advance(12 * hourMs)
    expect(await isOver(left.token)).toBe(true)
  })
})

test('what was never a cookie is none, nor is the hash of one', async () => {
  const { token } = await enter('forged')
  for (const text of [`bs_${'0'.repeat(64)}`, token.toUpperCase(), browserTokenHash(token).toString('hex')])
    expect(await auth.verify(text)).toBeNull()
})

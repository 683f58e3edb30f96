import { Fault } from '@micro/kernel'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nobodysHash } from '../passwords/hasher.ts'
import { password, spyHasher, startAuth, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
const hasher = spyHasher()
let database: TestDatabase
let auth: TestAuth

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock, hasher })
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

const failTimes = async (email: string, times: number) => {
  for (let at = 0; at < times; at++) expect((await auth.logIn(email, 'wrong')).status).toBe(401)
}

describe('200', () => {
  test('the right password gives an access token that works and a refresh token', async () => {
    const { user, tokens, principal } = await auth.enter('ok@example.com')
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
    expect(tokens.refresh_token).toMatch(/^rt_[0-9a-f]{64}$/)
    expect(principal).toEqual({
      kind: 'session',
      merchant: user.merchant,
      mode: 'test',
      user: user.id,
      session: principal.session,
      operator: true,
    })
  })

  test('each login is a session of its own', async () => {
    await auth.register('twice@example.com')
    const sessions = [await auth.logIn('twice@example.com'), await auth.logIn('twice@example.com')]
    const [first, second] = await Promise.all(sessions.map(({ body }) => auth.verify(body.token)))
    expect(first?.session).not.toBe(second?.session)
  })
})

describe('401', () => {
  test('an unknown email and a wrong password get the same answer after the same work', async () => {
    await auth.register('known@example.com')
    hasher.verified.length = 0
    const known = await auth.logIn('known@example.com', 'wrong password')
    const unknown = await auth.logIn('unknown@example.com', 'wrong password')
    expect(unknown.status).toBe(known.status)
    expect(unknown.body).toEqual(known.body)
    expect(hasher.verified).toHaveLength(2)
    expect(hasher.verified[1]).toBe(nobodysHash)
  })

  test('odd emails are merely wrong', async () => {
    for (const email of ["' or 1=1 --", 'no-at', ' ']) expect((await auth.logIn(email)).code).toBe('login_invalid')
  })
})

describe('429', () => {
  for (const kind of ['known', 'unknown']) {
    test(`five failures in a row lock the ${kind} address, also against the right password, until the time is over`, async () => {
      const email = `lock-${kind}@example.com`
      if (kind === 'known') await auth.register(email)
      await failTimes(email, 5)
      const locked = await auth.logIn(email)
      expect([locked.status, locked.code]).toEqual([429, 'login_throttled'])
      expect(locked.headers['retry-after']).toBe('2')
      expect(locked.body).toMatchObject({ error: { retry_after: 2 } })
      clock.advance(2000)
      await failTimes(email, 1)
      expect((await auth.logIn(email)).headers['retry-after']).toBe('4')
      clock.advance(4000)
      expect((await auth.logIn(email)).status).toBe(kind === 'known' ? 200 : 401)
    })
  }

  test('a success forgets the failures before it', async () => {
    await auth.register('forgetful@example.com')
    await failTimes('forgetful@example.com', 4)
    expect((await auth.logIn('forgetful@example.com')).status).toBe(200)
    await failTimes('forgetful@example.com', 4)
    expect((await auth.logIn('forgetful@example.com')).status).toBe(200)
  })

  test('of fifty guesses at once no more than five reach the password', async () => {
    await auth.register('parallel@example.com')
    hasher.verified.length = 0
    const answers = await Promise.all(Array.from({ length: 50 }, () => auth.logIn('parallel@example.com', 'guess')))
    expect(hasher.verified.length).toBe(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(45)
  })

  test('a restart of the service forgets no failure', async () => {
    await failTimes('restart@example.com', 5)
    const restarted = await startAuth({ db: database.db, clock, config: auth.config })
    expect((await restarted.logIn('restart@example.com')).code).toBe('login_throttled')
    await restarted.stop()
  })

  test('writing the address differently is no way around the lock', async () => {
    await failTimes('spelling@example.com', 5)
    expect((await auth.logIn(' Spelling@EXAMPLE.com ')).code).toBe('login_throttled')
  })

  test('one network address that fails on many accounts is stopped, and others are not', async () => {
    const guess = (at: number, ip: string) => auth.logIn(`victim${at}@example.com`, 'summer2026', ip)
    for (let at = 0; at < 50; at++) expect((await guess(at, '203.0.113.9')).status).toBe(401)
    expect((await guess(50, '203.0.113.9')).code).toBe('login_throttled')
    expect((await guess(51, '203.0.113.10')).status).toBe(401)
    clock.advance(5 * 60 * 1000)
    expect((await guess(52, '203.0.113.9')).status).toBe(401)
  })
})

describe('503', () => {
  test('an overloaded service says so, and the try counts as no failure', async () => {
    const busy = await startAuth({
      db: database.db,
      clock,
      config: auth.config,
      hasher: {
        ...spyHasher(),
        verify: () => Promise.reject(new Fault('upstream_unavailable', { service: 'auth', retry_after: 2 })),
      },
    })
    await auth.register('busy@example.com')
    for (let at = 0; at < 6; at++) expect((await busy.logIn('busy@example.com')).status).toBe(503)
    expect((await auth.logIn('busy@example.com')).status).toBe(200)
    await busy.stop()
  })
})

test('a login that checked the old password does not survive a password change that overtook it', async () => {
  const { principal } = await auth.enter('overtaken@example.com')
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const slow = await startAuth({
    db: database.db,
    clock,
    config: auth.config,
    hasher: {
      ...hasher,
      verify: async (stored, given) => {
        const right = await hasher.verify(stored, given)
        reached.resolve()
        await gate.promise
        return right
      },
    },
  })
  const late = slow.logIn('overtaken@example.com')
  await reached.promise
  const body = { current_password: password, new_password: 'a new password' }
  expect((await auth.call('POST', '/auth/password', { principal, body })).status).toBe(200)
  gate.resolve()
  expect((await late).code).toBe('login_invalid')
  await slow.stop()
})

describe('logging out', () => {
  test('ends this session at once, its access and its refresh token, tells the gateways, and no other session', async () => {
    const { tokens, principal } = await auth.enter('bye@example.com')
    const other = (await auth.logIn('bye@example.com')).body
    expect((await auth.call('POST', '/auth/logout', { principal })).body).toEqual({ object: 'session', ended: true })
    expect(await auth.verify(tokens.token)).toBeNull()
    expect((await auth.refresh(tokens.refresh_token)).code).toBe('refresh_token_invalid')
    expect(auth.revoked).toContainEqual({ session: principal.session })
    expect(await auth.verify(other.token)).not.toBeNull()
  })

  test('needs a session', async () => {
    expect((await auth.call('POST', '/auth/logout')).code).toBe('session_missing')
  })
})

import type { MerchantPrincipal } from '@micro/contracts'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { password, startAuth, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
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

const change = (principal: MerchantPrincipal | undefined, current_password: string, new_password: string) =>
  auth.call('POST', '/auth/password', { ...(principal && { principal }), body: { current_password, new_password } })

test('a changed password is the only one that works, and every other session ends while this one goes on', async () => {
  const { principal, tokens, user } = await auth.enter('change@example.com')
  const other = (await auth.logIn('change@example.com')).body
  const stranger = await auth.enter('stranger@example.com')
  const otherSession = (await auth.verify(other.token))?.session
  expect((await change(principal, password, 'correct horse')).body).toEqual(user)
  expect((await auth.logIn('change@example.com')).code).toBe('login_invalid')
  expect((await auth.logIn('change@example.com', 'correct horse')).status).toBe(200)
  expect(await auth.verify(tokens.token)).toEqual(principal)
  expect((await auth.refresh(tokens.refresh_token)).status).toBe(200)
  expect(await auth.verify(other.token)).toBeNull()
  expect((await auth.refresh(other.refresh_token)).code).toBe('refresh_token_invalid')
  expect(await auth.verify(stranger.tokens.token)).not.toBeNull()
  expect(auth.revoked).toEqual([{ session: otherSession }])
})

test('API keys go on working over a password change', async () => {
  const { principal } = await auth.enter('keys@example.com')
  const { key } = await auth.createKey(principal)
  await change(principal, password, 'correct horse')
  expect(await auth.verify(key)).not.toBeNull()
})

test('without the current password nothing changes', async () => {
  const { principal } = await auth.enter('wrong@example.com')
  const answer = await change(principal, 'a guess', 'correct horse')
  expect([answer.status, answer.code]).toEqual([400, 'password_wrong'])
  expect((await auth.logIn('wrong@example.com')).status).toBe(200)
})

test('a stolen session cannot guess the password faster than a login could', async () => {
  const { principal } = await auth.enter('guess@example.com')
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => change(principal, `guess ${at}`, 'correct horse')),
  )
  expect(answers.filter(({ code }) => code === 'password_wrong')).toHaveLength(5)
  expect(answers.filter(({ code }) => code === 'login_throttled')).toHaveLength(15)
  expect((await auth.logIn('guess@example.com')).code).toBe('login_throttled')
})

test('of two changes at once one wins', async () => {
  const { principal } = await auth.enter('both@example.com')
  const answers = await Promise.all(['first choice', 'second choice'].map((each) => change(principal, password, each)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
})

test('a new password follows the rules of registration', async () => {
  const { principal } = await auth.enter('rules@example.com')
  expect((await change(principal, password, 'short')).status).toBe(400)
  expect((await change(principal, password, 'x'.repeat(1025))).status).toBe(400)
})

test('needs a session', async () => {
  expect((await change(undefined, password, 'correct horse')).code).toBe('session_missing')
})

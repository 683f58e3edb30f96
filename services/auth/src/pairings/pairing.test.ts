import type { MerchantPrincipal, Tokens } from '@micro/contracts'
import { redactText } from '@micro/service'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { password, startAuth, type TestAuth } from '../testing/harness.ts'
import { deviceNameOf, keySeconds, pairingMs } from './pairing.ts'
import { newVerificationCode } from './words.ts'

const clock = fakeClock()
let database: TestDatabase
let auth: TestAuth
let operator: MerchantPrincipal
let people = 0

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
  operator = (await auth.enter('operator@example.com')).principal
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

const person = () => auth.enter(`pair${++people}@example.com`)

const begin = async (device_name = 'desk', gives: 'key' | 'session' = 'key') =>
  (await auth.service.execute(
    'openPairing',
    { kind: 'service', service: 'gateway' },
    { body: { device_name, client_ip: '10.0.0.1', gives } },
  )) as { id: string; token: string; verification_code: string }

const letIn = async (id: string, email: string, secret = password) => {
  const { statusCode, body } = await auth.service.http.inject({
    method: 'POST',
    url: `/stripecli/confirm/${id}`,
    payload: { email, password: secret },
  })
  return { status: statusCode, page: body }
}
const redeem = (token: string) =>
  auth.call<{ redeemed: boolean; testmode_key_secret: string }>('GET', `/stripecli/auth/${token}`)
const redeemSession = (token: string) =>
  auth.call<{ redeemed: boolean; session?: Tokens }>('POST', '/auth/pairings/redeem', { body: { token } })

test('the key of a device acts for who let it in, in test mode, until 90 days have passed', async () => {
  const { user } = await person()
  const { id, token } = await begin()
  expect(await letIn(id, user.email)).toMatchObject({ status: 200 })
  const { body } = await redeem(token)
  expect(await auth.verify(body.testmode_key_secret)).toMatchObject({
    kind: 'api_key',
    merchant: user.merchant,
    mode: 'test',
    scopes: ['*'],
  })
  expect(auth.logged.join('')).not.toContain(body.testmode_key_secret)
  clock.advance(keySeconds * 1_000)
  expect(await auth.judge(body.testmode_key_secret)).toMatchObject({ principal: null, expired: true })
})

test('what was begun too long ago can neither be let in nor fetch a key', async () => {
  const { user } = await person()
  const [late, slow] = [await begin(), await begin()]
  expect(await letIn(slow.id, user.email)).toMatchObject({ status: 200 })
  clock.advance(pairingMs)
  expect((await letIn(late.id, user.email)).status).toBe(404)
  expect((await redeem(late.token)).code).toBe('resource_missing')
  expect((await redeem(slow.token)).code).toBe('resource_missing')
})

test('a device that asks for a session gets one, as if its owner had logged in there, and no key; the page says so', async () => {
  const { user } = await person()
  const { id, token } = await begin('desk', 'session')
  expect((await letIn(id, user.email, 'wrong')).page).toContain('can do all that you can, live mode included')
  expect(await letIn(id, user.email)).toMatchObject({
    status: 200,
    page: expect.stringContaining('list of your sessions'),
  })
  const { body } = await redeemSession(token)
  expect(Object.keys(body)).toEqual(['redeemed', 'session'])
  expect(await auth.verify(body.session?.token ?? '')).toMatchObject({ kind: 'session', merchant: user.merchant })
  const { status } = await auth.call('POST', '/auth/refresh', { body: { refresh_token: body.session?.refresh_token } })
  expect(status).toBe(200)
  expect(auth.logged.join('')).not.toContain(body.session?.refresh_token)
  // Fetched once.
  expect((await redeemSession(token)).code).toBe('resource_missing')
})

test('a session is never to be had by an address, nor a key by the body of a request', async () => {
  const { user } = await person()
  const [session, key] = [await begin('desk', 'session'), await begin('desk', 'key')]
  for (const { id } of [session, key]) await letIn(id, user.email)
  expect((await redeem(session.token)).code).toBe('resource_missing')
  expect((await redeemSession(key.token)).code).toBe('resource_missing')
  expect((await redeemSession(session.token)).body.redeemed).toBe(true)
  expect((await redeem(key.token)).body.redeemed).toBe(true)
})

/** What a refresh token is good for after all. */
const refreshed = (body: { session?: Tokens }) =>
  auth.call('POST', '/auth/refresh', { body: { refresh_token: body.session?.refresh_token ?? 'none' } })

const changePassword = (principal: MerchantPrincipal) =>
  auth.call('POST', '/auth/password', {
    principal,
    body: { current_password: password, new_password: 'another secure password' },
  })

test('who changes their password ends what they had let in, and what had not come for its session yet', async () => {
  const { user, principal } = await person()
  const [fetched, waiting] = [await begin('desk', 'session'), await begin('desk', 'session')]
  for (const { id } of [fetched, waiting]) await letIn(id, user.email)
  const { body } = await redeemSession(fetched.token)
  expect((await changePassword(principal)).status).toBe(200)
  expect((await refreshed(body)).code).toBe('refresh_token_invalid')
  expect((await redeemSession(waiting.token)).code).toBe('resource_missing')
})

test('no session slips in behind a password change that happens at the same time', async () => {
  for (let round = 0; round < 10; round++) {
    const { user, principal } = await person()
    const { id, token } = await begin('desk', 'session')
    await letIn(id, user.email)
    const [{ body }, changed] = await Promise.all([redeemSession(token), changePassword(principal)])
    expect(changed.status).toBe(200)
    expect((await refreshed(body)).status).toBe(401)
  }
})

test('who was disabled before the device came for its key gives none', async () => {
  const { user } = await person()
  const { id, token } = await begin()
  await letIn(id, user.email)
  const disabled = await auth.call('POST', `/auth/operator/users/${user.id}`, {
    principal: operator,
    body: { disabled: true },
  })
  expect(disabled.status).toBe(200)
  expect((await redeem(token)).code).toBe('resource_missing')
})

test('a wrong password on the page counts as one anywhere, and tells what the login tells', async () => {
  const { user } = await person()
  const { id } = await begin()
  for (let at = 0; at < 5; at++) expect((await letIn(id, user.email, 'wrong')).status).toBe(401)
  const locked = await letIn(id, user.email)
  expect(locked).toMatchObject({ status: 429, page: expect.stringContaining('Too many failed logins') })
  expect((await auth.logIn(user.email)).code).toBe('login_throttled')
  clock.advance(60 * 60 * 1_000)
})

test('nothing of a request reaches the page as HTML', async () => {
  const { id } = await begin()
  const { page } = await letIn(id, '"><script>alert(1)</script>', 'x')
  expect(page).not.toContain('<script>')
  expect(page).toContain('&quot;&gt;&lt;script&gt;')
})

test('what a stranger calls the device is shown in quotes, short, and cannot pass for the words of the page', async () => {
  const { user } = await person()
  const name = `desk” (10.0.0.9) is yours.\u202E\u0007\n\nLog "in"${'!'.repeat(200)}`
  const { id, token } = await begin(name)
  const { page } = await letIn(id, user.email, 'x')
  const shown = `desk (10.0.0.9) is yours. Log in${'!'.repeat(28)}`
  expect(page).toContain(`A device that calls itself “${shown}” (10.0.0.1) wants`)
  expect(page).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/)
  await letIn(id, user.email)
  expect((await redeem(token)).status).toBe(200)
  expect(deviceNameOf('4242\u200B4242\u200B4242\u200B4242', redactText)).toBe('[redacted]')
  expect([...deviceNameOf('🖥'.repeat(90), redactText)]).toHaveLength(60)
})

test('the words to compare are four of a hundred', () => {
  expect(newVerificationCode(() => 0)).toBe('amber-amber-amber-amber')
  expect(newVerificationCode()).toMatch(/^[a-z]+(-[a-z]+){3}$/)
})

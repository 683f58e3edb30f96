import { apis, closeCodes, type Route } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { caller, newMerchant, type Caller, type Merchant } from './api.ts'
import { micro, removeTemporaryDirectories, type Micro } from './harness.ts'

let platform: Micro
/** Who registers first runs the installation. */
let operator: Merchant
let stranger: Merchant
let anyone: Caller

beforeAll(async () => {
  platform = await micro()
  operator = await newMerchant(platform.url)
  stranger = await newMerchant(platform.url)
  anyone = caller(platform.url)
})
afterAll(async () => {
  await platform.stop()
  await removeTemporaryDirectories()
})

const userOf = async (merchant: Merchant): Promise<string> =>
  String((await merchant.session('GET', '/auth/me')).body.id)

describe("an operator's routes are closed to everybody else", () => {
  const routes = Object.values(apis)
    .flatMap((api) => Object.entries(api) as [string, Route][])
    .filter(([, { access }]) => access.includes('operator'))
  test('there are such routes', () => expect(routes.length).toBeGreaterThanOrEqual(6))

  for (const [name, { method, path }] of routes) {
    test(`${method} ${path} (${name})`, async () => {
      const url = path.replace(':id', await userOf(stranger))
      const callers = { anyone, session: stranger.session, key: operator.test, liveKey: operator.live }
      for (const [who, call] of Object.entries(callers)) {
        const { status, body } = await call(method, url, method === 'POST' ? { body: {} } : {})
        const want = who === 'session' ? [403, 'operator_required'] : [401, 'session_missing']
        expect([who, status, body.error.code]).toEqual([who, ...want])
        expect(Object.keys(body)).toEqual(['error'])
      }
    })
  }
})

test('an operator sees every user and what was done on the whole installation', async () => {
  const users = await operator.session('GET', '/auth/operator/users?limit=100')
  expect(users.body.data.map(({ id }) => id)).toEqual([await userOf(stranger), await userOf(operator)])
  const { body } = await operator.session('GET', '/auth/operator/audit_log?action=user.registered')
  expect(body.data).toHaveLength(2)
  expect(body.data[0]).toMatchObject({ client_ip: '127.0.0.1', request: expect.stringMatching(/^req_/) as unknown })
})

test('registration can be closed, and an invitation opens it for one', async () => {
  const set = (open: boolean) => operator.session('POST', '/auth/operator/registration', { body: { open } })
  const register = (body: object) => anyone('POST', '/auth/register', { body: { password: 'securepassword', ...body } })
  expect((await set(false)).body).toMatchObject({ open: false, decided_by: 'operator' })
  expect((await register({ email: 'guest@example.com' })).body.error.code).toBe('registration_closed')
  const { body } = await operator.session('POST', '/auth/operator/invitations', {
    body: { email: 'guest@example.com' },
  })
  expect((await register({ email: 'guest@example.com', invitation: body['token'] })).status).toBe(201)
  await set(true)
  expect((await register({ email: 'walkin@example.com' })).status).toBe(201)
})

test('a disabled user is out everywhere: session, keys and open stream; the operator stays in', async () => {
  const target = await newMerchant(platform.url)
  const id = await userOf(target)
  const socket = new WebSocket(`${platform.url.replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${target.key}` },
  })
  const closed = new Promise<number>((resolve, reject) => {
    socket.on('close', resolve)
    socket.on('error', reject)
  })
  await new Promise((resolve) => socket.once('message', resolve))
  // Known to every cache by now.
  expect((await target.test('GET', '/v1/payment_intents')).status).toBe(200)

  const disable = (disabled: boolean) => operator.session('POST', `/auth/operator/users/${id}`, { body: { disabled } })
  expect((await disable(true)).status).toBe(200)
  await eventually(
    async () => {
      for (const call of [target.test, target.live, target.session])
        expect((await call('GET', '/auth/me')).status).toBe(401)
    },
    { timeoutMs: 60_000 },
  )
  expect(await closed).toBe(closeCodes.unauthenticated)
  const { email, password } = target
  const refused = await anyone('POST', '/auth/login', { body: { email, password } })
  expect([refused.status, refused.body.error.code]).toEqual([403, 'user_disabled'])
  expect((await operator.session('GET', '/auth/me')).status).toBe(200)

  await disable(false)
  await eventually(async () => expect((await target.test('GET', '/auth/me')).status).toBe(200), { timeoutMs: 60_000 })
})

test('a session can be ended from another one', async () => {
  const { email, password, session } = stranger
  const { body: login } = await anyone('POST', '/auth/login', { body: { email, password } })
  const lost = caller(platform.url, String(login['token']))
  expect((await lost('GET', '/auth/me')).status).toBe(200)
  const { body } = await session('GET', '/auth/sessions')
  expect(body.data).toHaveLength(2)
  const other = body.data.find(({ current }) => current === false)
  expect((await session('DELETE', `/auth/sessions/${other?.id}`)).body).toEqual({ object: 'session', ended: true })
  await eventually(async () => expect((await lost('GET', '/auth/me')).status).toBe(401), { timeoutMs: 60_000 })
  expect((await session('GET', '/auth/me')).status).toBe(200)
})

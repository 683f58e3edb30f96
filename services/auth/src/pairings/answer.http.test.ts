import type { AuditEntry, MerchantPrincipal, Pairing, Tokens } from '@micro/contracts'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { password, startAuth, type TestAuth } from '../testing/harness.ts'
import { pairingMs } from './pairing.ts'

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

const person = () => auth.enter(`answer${++people}@example.com`)

const begin = async (gives: 'key' | 'session' = 'session') => {
  const begun = (await auth.service.execute(
    'openPairing',
    { kind: 'service', service: 'gateway' },
    { body: { device_name: 'desk', client_ip: '10.0.0.1', gives } },
  )) as { id: string; token: string; verification_code: string }
  shown.set(begun.id, begun.verification_code)
  return begun
}

const look = (id: string, principal: MerchantPrincipal, ip = '10.0.0.1') =>
  auth.call<Pairing>('GET', `/auth/pairings/${id}`, { principal, ip })
/** The words that each device shows. */
const shown = new Map<string, string>()
const answer = (id: string, principal: MerchantPrincipal, word: 'approve' | 'refuse', inClear = false) =>
  auth.call('POST', `/auth/pairings/${id}/${word}`, {
    principal,
    body: word === 'refuse' ? {} : { verification_code: shown.get(id) ?? 'none', merchant: principal.merchant },
    inClear,
  })
const redeem = (token: string) =>
  auth.call<{ redeemed: boolean; session?: Tokens }>('POST', '/auth/pairings/redeem', { body: { token } })

test('whoever is logged in sees what asks and from where, and not which words its terminal shows', async () => {
  const { principal } = await person()
  const { id } = await begin()
  const { status, body } = await look(id, principal, '10.0.0.2')
  expect([status, body]).toEqual([
    200,
    {
      id,
      object: 'pairing',
      gives: 'session',
      device_name: 'desk',
      client_ip: '10.0.0.1',
      your_ip: '10.0.0.2',
      created: 1767225600,
      expires: 1767225600 + pairingMs / 1_000,
    },
  ])
})

describe('let in from a session', () => {
  test('a device that wants one gets a login of that very person, once', async () => {
    const { principal, user } = await person()
    const { id, token } = await begin()
    expect(await answer(id, principal, 'approve')).toMatchObject({ status: 200, body: { answer: 'let_in' } })
    const { body } = await redeem(token)
    expect(await auth.verify(body.session?.token ?? '')).toMatchObject({ kind: 'session', user: user.id })
    expect((await redeem(token)).code).toBe('resource_missing')
  })

  test('a device that wants a key gets one of test mode, also where the request came in clear', async () => {
    const { principal, user } = await person()
    const { id, token } = await begin('key')
    expect((await answer(id, principal, 'approve', true)).status).toBe(200)
    const { body } = await auth.call<{ testmode_key_secret: string }>('GET', `/stripecli/auth/${token}`)
    expect(await auth.verify(body.testmode_key_secret)).toMatchObject({ merchant: user.merchant, mode: 'test' })
  })

  test('no session comes of a request in clear: whoever overheard its cookie could have sent it', async () => {
    const { principal } = await person()
    const { id, token } = await begin()
    expect(await answer(id, principal, 'approve', true)).toMatchObject({ status: 403, code: 'live_requires_tls' })
    expect((await redeem(token)).body).toEqual({ redeemed: false })
  })

  test('one that somebody let in, or that is over, is as unknown to everybody else as one that never was', async () => {
    const [ada, eve] = [await person(), await person()]
    const { id } = await begin()
    await answer(id, ada.principal, 'approve')
    const late = await begin()
    clock.advance(pairingMs)
    const never = 'pair_000000000000000000000000'
    for (const each of [id, late.id, never, 'x']) {
      const answers = [
        await look(each, eve.principal),
        await answer(each, eve.principal, 'approve'),
        await answer(each, eve.principal, 'refuse'),
      ]
      expect(answers.map(({ status, code }) => [status, code])).toEqual(Array(3).fill([404, 'resource_missing']))
    }
  })

  test('nothing is let in by whoever has not the words of its terminal, and refusing takes none', async () => {
    const { principal } = await person()
    for (const gives of ['session', 'key'] as const) {
      const { id, verification_code: words } = await begin(gives)
      const approve = (body: object) =>
        auth.call('POST', `/auth/pairings/${id}/approve`, {
          principal,
          body: { ...body, merchant: principal.merchant },
        })
      expect((await approve({})).status).toBe(400)
      for (const typed of ['-', 'amber', words.replace(/-[a-z]+$/, ''), `${words}-amber`, 'amber-amber-amber-amber'])
        expect((await approve({ verification_code: typed })).code).toBe('verification_code_wrong')
      expect(JSON.stringify((await look(id, principal)).body)).not.toContain(words)
      expect((await answer(id, principal, 'refuse')).status).toBe(200)
    }
  })

  test('the words may be typed as people type', async () => {
    const { principal } = await person()
    const { id, verification_code: words } = await begin()
    const typed = ` ${words.toUpperCase().replaceAll('-', '  ')} `
    const body = { verification_code: typed, merchant: principal.merchant }
    expect((await auth.call('POST', `/auth/pairings/${id}/approve`, { principal, body })).status).toBe(200)
  })

  test('it is nobody else’s than whose it was shown to be, though they signed in meanwhile', async () => {
    const [ada, eve] = [await person(), await person()]
    const { id, token, verification_code } = await begin()
    const body = { verification_code, merchant: ada.user.merchant }
    const path = `/auth/pairings/${id}/approve`
    const asEve = await auth.call('POST', path, { principal: eve.principal, body })
    expect([asEve.status, asEve.code]).toEqual([409, 'signed_in_as_another'])
    expect((await redeem(token)).body).toEqual({ redeemed: false })
    expect((await auth.call('POST', path, { principal: ada.principal, body })).status).toBe(200)
  })

  test('it is on record who let what in, and from which session', async () => {
    const { principal, user } = await person()
    const { id, token } = await begin()
    await answer(id, principal, 'approve')
    await redeem(token)
    const { body } = await auth.call<{ data: AuditEntry[] }>('GET', '/auth/audit_log', { principal })
    expect(body.data).toContainEqual(
      expect.objectContaining({
        action: 'pairing.approved',
        actor: { type: 'user', id: user.id },
        subject: id,
        detail: { gives: 'session', session: principal.session, device_ip: '10.0.0.1' },
      }),
    )
    expect(body.data).toContainEqual(expect.objectContaining({ action: 'login.succeeded', detail: { pairing: id } }))
  })

  test('two who let it in at once: one does', async () => {
    const [ada, eve] = [await person(), await person()]
    const { id } = await begin()
    const answers = await Promise.all([ada, eve].map(({ principal }) => answer(id, principal, 'approve')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404])
  })
})

describe('what was let in from a session and has not come yet is forgotten', () => {
  const letIn = async () => {
    const ada = await person()
    const other = await auth.verify((await auth.logIn(ada.user.email)).body.token)
    if (other === null) throw new Error('the fresh access token was not accepted')
    const { id, token } = await begin()
    expect((await answer(id, other, 'approve')).status).toBe(200)
    return { ada, other, token }
  }

  test('with the end of any of their sessions', async () => {
    const { ada, other, token } = await letIn()
    await auth.call('DELETE', `/auth/sessions/${other.session}`, { principal: ada.principal })
    expect((await redeem(token)).code).toBe('resource_missing')
  })

  test('with the end of all others', async () => {
    const { ada, token } = await letIn()
    await auth.call('DELETE', '/auth/sessions', { principal: ada.principal })
    expect((await redeem(token)).code).toBe('resource_missing')
  })

  const gateway = { kind: 'service', service: 'gateway' } as const
  const signIn = async (email: string, held?: string) => {
    const body = { email, password, client_ip: '', in_clear: false, ...(held !== undefined && { held }) }
    const { token } = (await auth.service.execute('openBrowserSession', gateway, { body })) as { token: string }
    const principal = await auth.verify(token)
    if (principal === null) throw new Error('the fresh cookie was not accepted')
    return { token, principal }
  }

  for (const [how, end] of [
    [
      'signing out',
      ({ token }) => auth.service.execute('endBrowserSession', gateway, { body: { tokens: [token], client_ip: '' } }),
    ],
    ['logging out', ({ principal }) => auth.call('POST', '/auth/logout', { principal, body: {} })],
    ['signing in anew at the same browser', ({ email, token }) => signIn(email, token)],
    [
      'its time',
      ({ principal }) =>
        database.owner
          .sql`update auth.login_sessions set expires_at = ${clock.now()} where id = ${principal.session ?? ''}`,
    ],
  ] satisfies [string, (from: { email: string; token: string; principal: MerchantPrincipal }) => Promise<unknown>][])
    test(`with the end of the very session: ${how}`, async () => {
      const { user } = await person()
      const from = await signIn(user.email)
      const [device, script] = [await begin('session'), await begin('key')]
      for (const { id } of [device, script]) expect((await answer(id, from.principal, 'approve')).status).toBe(200)
      await end({ ...from, email: user.email })
      expect(await auth.verify(from.token)).toBeNull()
      expect((await redeem(device.token)).code).toBe('resource_missing')
      expect((await auth.call('GET', `/stripecli/auth/${script.token}`)).code).toBe('resource_missing')
    })

  test('with its refresh token that was used twice', async () => {
    const { principal, tokens } = await person()
    const { id, token } = await begin()
    expect((await answer(id, principal, 'approve')).status).toBe(200)
    const next = (await auth.refresh(tokens.refresh_token)).body
    await auth.refresh(next.refresh_token)
    await auth.refresh(tokens.refresh_token)
    expect(await auth.verify(tokens.token)).toBeNull()
    expect((await redeem(token)).code).toBe('resource_missing')
  })

  test('but not with the end of a session that somebody else had, nor with one that let in nothing', async () => {
    const [ada, eve] = [await person(), await person()]
    const { id, token } = await begin()
    await answer(id, ada.principal, 'approve')
    const idle = await signIn(ada.user.email)
    await auth.service.execute('endBrowserSession', gateway, { body: { tokens: [idle.token], client_ip: '' } })
    await auth.call('POST', '/auth/logout', { principal: eve.principal, body: {} })
    expect((await redeem(token)).body.redeemed).toBe(true)
  })

  test('and nothing slips in behind an end that happens at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const ada = await person()
      const other = await auth.verify((await auth.logIn(ada.user.email)).body.token)
      if (other === null) throw new Error('the fresh access token was not accepted')
      const { id, token } = await begin()
      const [ended] = await Promise.all([
        auth.call('DELETE', `/auth/sessions/${other.session}`, { principal: ada.principal }),
        answer(id, other, 'approve'),
      ])
      expect(ended.status).toBe(200)
      const { body } = await redeem(token)
      // Refused, forgotten, or asked for in vain: in no case is it a login.
      expect(body.session).toBeUndefined()
    }
  })

  test('an ended session lets nothing in, nor does one whose user is disabled', async () => {
    const { ada, other } = await letIn()
    await auth.call('DELETE', `/auth/sessions/${other.session}`, { principal: ada.principal })
    const { id, token } = await begin()
    expect((await answer(id, other, 'approve')).code).toBe('session_invalid')
    const path = `/auth/operator/users/${ada.user.id}`
    await auth.call('POST', path, { principal: operator, body: { disabled: true } })
    expect((await answer(id, ada.principal, 'approve')).code).toBe('session_invalid')
    expect((await redeem(token)).body).toEqual({ redeemed: false })
  })
})

test('a device that is refused is told so at once, and its page is gone, also for the password', async () => {
  const { principal, user } = await person()
  const { id, token } = await begin()
  expect(await answer(id, principal, 'refuse')).toMatchObject({ status: 200, body: { id, answer: 'refused' } })
  expect((await redeem(token)).code).toBe('resource_missing')
  expect((await look(id, principal)).status).toBe(404)
  const { statusCode } = await auth.service.http.inject({
    method: 'POST',
    url: `/stripecli/confirm/${id}`,
    payload: { email: user.email, password },
  })
  expect(statusCode).toBe(404)
})

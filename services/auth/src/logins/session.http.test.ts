import type { AuditEntry, MerchantPrincipal, Session, Tokens } from '@micro/contracts'
import { eventually, fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { password, startAuth, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
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

const list = async (principal: MerchantPrincipal, query = '') =>
  (await auth.call<{ data: Session[]; has_more: boolean }>('GET', `/auth/sessions${query}`, { principal })).body
const end = (principal: MerchantPrincipal, id: string) => auth.call('DELETE', `/auth/sessions/${id}`, { principal })

test('a person sees their live sessions, newest first, and which one they are in', async () => {
  const { principal } = await auth.enter('list@example.com')
  clock.advance(1000)
  await auth.logIn('list@example.com', password, '203.0.113.7')
  const { data } = await list(principal)
  expect(data).toMatchObject([
    { object: 'session', current: false, client_ip: '203.0.113.7', created: 1767225601 },
    { id: principal.session, current: true, client_ip: null, expires: 1767225600 + 30 * 24 * 60 * 60 },
  ])
  expect((await list(principal, `?limit=1&starting_after=${data[0]?.id}`)).data).toEqual([data[1]])
  expect((await list(principal, `?limit=1&ending_before=${data[1]?.id}`)).data).toEqual([data[0]])
})

test('ending another one of them ends it at once, with its refresh token, and twice does no harm', async () => {
  const { principal } = await auth.enter('end@example.com')
  const lost = (await auth.logIn('end@example.com')).body
  const id = (await auth.verify(lost.token))?.session ?? ''
  for (let times = 0; times < 2; times++)
    expect(await end(principal, id)).toMatchObject({ status: 200, body: { object: 'session', ended: true } })
  expect(await auth.verify(lost.token)).toBeNull()
  expect((await auth.refresh(lost.refresh_token)).status).toBe(401)
  expect(auth.revoked).toContainEqual({ session: id })
  expect((await list(principal)).data.map((each) => each.id)).toEqual([principal.session])
})

test('a session of somebody else answers like one that never was, and lives on', async () => {
  const ada = await auth.enter('ada@example.com')
  const eve = await auth.enter('eve@example.com')
  const foreign = await end(eve.principal, ada.principal.session ?? '')
  const unknown = await end(eve.principal, 'ses_none')
  expect([foreign.status, unknown.status]).toEqual([404, 404])
  expect(JSON.stringify(foreign.body).replace(ada.principal.session ?? '', 'ID')).toBe(
    JSON.stringify(unknown.body).replace('ses_none', 'ID'),
  )
  expect(await auth.verify(ada.tokens.token)).not.toBeNull()
  expect(JSON.stringify(await list(eve.principal))).not.toContain(ada.principal.session)
})

test('tokens say when they were renewed last, a cookie when it was used last', async () => {
  const { principal, tokens } = await auth.enter('used@example.com')
  const [began] = (await list(principal)).data
  expect(began).toMatchObject({ held_by: 'tokens', last_used: began?.created })
  clock.advance(hourMs)
  await auth.refresh(tokens.refresh_token)
  const used = async () =>
    (await list(principal)).data.map(({ held_by, created, last_used }) => [held_by, last_used - created])
  expect(await used()).toEqual([['tokens', 3600]])
  const { token } = (await auth.service.execute(
    'openBrowserSession',
    { kind: 'service', service: 'gateway' },
    { body: { email: 'used@example.com', password, client_ip: '', in_clear: false } },
  )) as { token: string }
  clock.advance(2 * hourMs)
  expect(await used()).toEqual([
    ['browser', 0],
    ['tokens', 3600],
  ])
  await auth.verify(token)
  expect(await used()).toEqual([
    ['browser', 7200],
    ['tokens', 3600],
  ])
})

test("ending all others ends them at once, whatever holds them, and nobody else's", async () => {
  const { principal } = await auth.enter('others@example.com')
  const somebody = await auth.enter('somebody@example.com')
  const lost = (await auth.logIn('others@example.com')).body
  const browser = (await auth.service.execute(
    'openBrowserSession',
    { kind: 'service', service: 'gateway' },
    { body: { email: 'others@example.com', password, client_ip: '', in_clear: false } },
  )) as { token: string }
  const asBrowser = await auth.verify(browser.token)
  if (asBrowser === null) throw new Error('the fresh cookie was not accepted')
  auth.revoked.length = 0
  const { status, body } = await auth.call('DELETE', '/auth/sessions', { principal: asBrowser })
  expect([status, body]).toEqual([200, { object: 'ended_sessions', ended: 2 }])
  await eventually(() => expect(auth.revoked).toHaveLength(2))
  expect(auth.revoked).toContainEqual({ session: principal.session })
  expect(await auth.verify(lost.token)).toBeNull()
  expect((await auth.refresh(lost.refresh_token)).status).toBe(401)
  // A cookie goes on: it was not what is known to whoever else sits there.
  expect(await auth.verify(browser.token)).not.toBeNull()
  expect(await auth.verify(somebody.tokens.token)).not.toBeNull()
  // What was ended ends nothing any more, whatever the gateway still believes.
  expect((await auth.call('DELETE', '/auth/sessions', { principal })).code).toBe('session_invalid')
  expect(await auth.verify(browser.token)).not.toBeNull()
  const { data } = (
    await auth.call<{ data: AuditEntry[] }>('GET', '/auth/audit_log?action=session.ended', { principal: asBrowser })
  ).body
  expect(data.map(({ subject }) => subject)).toContain(principal.session)
})

/** How many wait for a lock in this database. */
const waiting = async () =>
  (
    await database.owner.sql`
      select distinct pid from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`
  ).length

test('ending all others ends also the login that a device is just being given, which was let in from here', async () => {
  const { principal } = await auth.enter('racing@example.com')
  const { id, token, verification_code } = (await auth.service.execute(
    'openPairing',
    { kind: 'service', service: 'gateway' },
    { body: { device_name: 'desk', client_ip: '', gives: 'session' } },
  )) as { id: string; token: string; verification_code: string }
  await auth.call('POST', `/auth/pairings/${id}/approve`, {
    principal,
    body: { verification_code, merchant: principal.merchant },
  })
  // What is given waits to be recorded, and is seen by nobody until then.
  const soon = { timeoutMs: 20_000 }
  const log = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holding = database.owner.transaction(async (sql) => {
    await sql`lock table auth.audit_log in exclusive mode`
    locked.resolve()
    await log.promise
  })
  await locked.promise
  const redeeming = auth.call<{ session: Tokens }>('POST', '/auth/pairings/redeem', { body: { token } })
  await eventually(async () => (await waiting()) === 1, soon)
  let answered = false
  const ending = auth.call('DELETE', '/auth/sessions', { principal }).finally(() => (answered = true))
  await eventually(async () => answered || (await waiting()) === 2, soon)
  log.resolve()
  const [given, ended] = await Promise.all([redeeming, ending, holding])
  expect([given.status, ended.status, ended.body]).toEqual([200, 200, { object: 'ended_sessions', ended: 1 }])
  expect(await auth.verify(given.body.session.token)).toBeNull()
})

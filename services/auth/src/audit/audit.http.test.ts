import { serviceAuditActions, type AuditEntry, type MerchantPrincipal } from '@micro/contracts'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keyedHash } from '../secrets.ts'
import { password, startAuth, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
const ip = '203.0.113.7'
let database: TestDatabase
let auth: TestAuth
let operator: MerchantPrincipal
let ada: Awaited<ReturnType<TestAuth['enter']>>

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
  operator = (await auth.enter('operator@example.com')).principal
  ada = await auth.enter('ada@example.com')
})
beforeEach(() => clock.advance(1000))
afterAll(async () => {
  await auth.stop()
  await database.close()
})

interface AuditList {
  readonly data: AuditEntry[]
  readonly has_more: boolean
  readonly error?: { readonly param?: string }
}
const own = async (principal: MerchantPrincipal, query = '') =>
  auth.call<AuditList>('GET', `/auth/audit_log${query}`, { principal })
const whole = async (query = '', principal = operator) =>
  auth.call<AuditList>('GET', `/auth/operator/audit_log${query}`, { principal, ip })
const newest = async (): Promise<AuditEntry | undefined> => (await whole('?limit=1')).body.data[0]

describe('every action leaves one entry that says who, what, where and when', () => {
  const call = async (method: 'POST' | 'DELETE', url: string, body?: object, principal = ada.principal) =>
    (await auth.call(method, url, { principal, ip, ...(body === undefined ? {} : { body }) })).body
  const actor = () => ({ type: 'user', id: ada.user.id })
  const common = () => ({
    object: 'audit_entry',
    outcome: 'success',
    actor: actor(),
    merchant: ada.user.merchant,
    mode: null,
    client_ip: ip,
    request: 'req_test',
    created: Math.floor(clock.now().getTime() / 1000),
  })

  test('user.registered', async () => {
    const { body } = await auth.register('grace@example.com')
    expect(await newest()).toMatchObject({
      action: 'user.registered',
      actor: { type: 'user', id: body.id },
      subject: body.id,
      merchant: body.merchant,
      client_ip: null,
      detail: { operator: false, invited: false },
    })
  })

  test('login.succeeded and session.ended', async () => {
    const { body } = await auth.logIn('ada@example.com', password, ip)
    const session = (await auth.verify(body.token)) as MerchantPrincipal
    expect(await newest()).toMatchObject({ ...common(), action: 'login.succeeded', subject: session.session })
    clock.advance(1000)
    await call('POST', '/auth/logout', {}, session)
    const ended = { action: 'session.ended', subject: session.session, detail: { reason: 'logout' } }
    expect(await newest()).toMatchObject({ ...common(), ...ended })
  })

  test("login.failed, in the log of whom it was tried on; a stranger's only in the operator's", async () => {
    const hash = (email: string) => keyedHash(auth.config.peppers.current, 'login_email', email).toString('hex')
    const failed = () => {
      const nobody = { type: 'nobody', id: null }
      return { ...common(), action: 'login.failed', outcome: 'failure', actor: nobody }
    }
    await auth.logIn('Ada@example.com', 'not it', ip)
    const detail = { reason: 'credentials', email_hash: hash('ada@example.com') }
    expect(await newest()).toMatchObject({ ...failed(), subject: ada.user.id, detail })
    clock.advance(1000)
    await auth.logIn('nobody@example.com', 'not it', ip)
    const stranger = { subject: null, merchant: null, detail: { email_hash: hash('nobody@example.com') } }
    expect(await newest()).toMatchObject({ ...failed(), ...stranger })
  })

  test('password.changed, and an attempt at it', async () => {
    const change = (current_password: string, new_password: string) =>
      call('POST', '/auth/password', { current_password, new_password })
    await change('not it', 'new password')
    const subject = ada.user.id
    expect(await newest()).toMatchObject({ ...common(), action: 'password.changed', outcome: 'failure', subject })
    clock.advance(1000)
    await auth.logIn('ada@example.com')
    clock.advance(1000)
    await change(password, 'new password')
    const detail = { sessions_ended: 1 }
    expect(await newest()).toMatchObject({ ...common(), action: 'password.changed', subject, detail })
    clock.advance(1000)
    await change('new password', password)
  })

  test('api_key.created and api_key.revoked, once however often and however many at once, and by itself too', async () => {
    const key = await call('POST', '/auth/api_keys', { environment: 'live' })
    const subject = String(key['id'])
    expect(await newest()).toMatchObject({ ...common(), action: 'api_key.created', subject, mode: 'live' })
    clock.advance(1000)
    const { merchant } = ada.user
    const itself = { kind: 'api_key', merchant, mode: 'live', keyId: subject, scopes: ['*'] } as const
    const revoke = () => call('DELETE', `/auth/api_keys/${subject}`, undefined, itself)
    // First open the pool's connections: while there is one, nothing happens at once.
    await Promise.all(Array.from({ length: 8 }, () => own(ada.principal)))
    await Promise.all(Array.from({ length: 8 }, revoke))
    await revoke()
    const revoked = { ...common(), action: 'api_key.revoked', subject, mode: 'live' }
    expect(await newest()).toMatchObject({ ...revoked, actor: { type: 'api_key', id: subject } })
    const all = (await own(ada.principal, '?action=api_key.revoked')).body.data
    expect(all).toHaveLength(1)
  })

  test('api_key.rolled, by a person and by itself, with the key that replaces it; a roll that is refused leaves none', async () => {
    const { merchant } = ada.user
    const first = await auth.createKey(ada.principal, { environment: 'live' })
    const roll = (id: string, principal?: MerchantPrincipal) =>
      call('POST', `/auth/api_keys/${id}/roll`, { expires_in: 60 }, principal)
    clock.advance(1000)
    const second = String((await roll(first.id))['id'])
    const rolled = { ...common(), action: 'api_key.rolled', mode: 'live' }
    expect(await newest()).toMatchObject({ ...rolled, subject: first.id, detail: { rolled_to: second } })
    clock.advance(1000)
    const itself = { kind: 'api_key', merchant, mode: 'live', keyId: second, scopes: ['*'] } as const
    const third = String((await roll(second, itself))['id'])
    const byKey = { created: common().created, actor: { type: 'api_key', id: second } }
    expect(await newest()).toMatchObject({ ...rolled, ...byKey, subject: second, detail: { rolled_to: third } })
    await roll(second)
    expect((await own(ada.principal, '?action=api_key.rolled')).body.data).toHaveLength(2)
  })

  test('refresh_token.reused', async () => {
    const { tokens, principal } = await auth.enter('reuser@example.com')
    await auth.refresh(tokens.refresh_token)
    clock.advance(11_000)
    await auth.refresh(tokens.refresh_token)
    expect(await newest()).toMatchObject({
      action: 'refresh_token.reused',
      outcome: 'failure',
      subject: principal.session,
      merchant: principal.merchant,
    })
  })

  test('what an operator does to a user, and to the installation', async () => {
    const { user, principal } = await auth.enter('target@example.com')
    const change = (body: object) => call('POST', `/auth/operator/users/${user.id}`, body, operator)
    const steps = [
      [{ operator: true }, 'operator.granted'],
      [{ operator: false }, 'operator.revoked'],
      [{ disabled: true }, 'user.disabled'],
      [{ disabled: false }, 'user.enabled'],
    ] as const
    for (const [body, action] of steps) {
      clock.advance(1000)
      await change(body)
      await change(body)
      const by = { type: 'user', id: operator.user }
      expect(await newest()).toMatchObject({
        action,
        subject: user.id,
        merchant: user.merchant,
        actor: by,
        client_ip: ip,
      })
    }
    // The person it concerns sees it, but not where the operator sits.
    const seen = (await own(principal)).body.data
    for (const [, action] of steps) {
      const entries = seen.filter((each) => each.action === action)
      expect(entries).toHaveLength(1)
      expect(entries[0]?.client_ip).toBeNull()
    }
    for (const open of [false, true]) {
      clock.advance(1000)
      await call('POST', '/auth/operator/registration', { open }, operator)
      const action = open ? 'registration.opened' : 'registration.closed'
      expect(await newest()).toMatchObject({ action, merchant: null, subject: null })
    }
  })

  test("reading the whole installation's log is recorded, with what was asked", async () => {
    await whole('?action=login.failed&limit=3&created[gte]=4242424242424242')
    const detail = { action: 'login.failed', merchant: null }
    // Once: this look is recorded as well.
    const entry = await newest()
    expect(entry).toMatchObject({ action: 'audit_log.read', merchant: null, client_ip: ip })
    expect(entry?.detail).toEqual(detail)
    expect((await whole('?merchant=4242424242424242')).status).toBe(400)
  })
})

describe('an entry exists exactly when its action does', () => {
  const countOf = async (action: string): Promise<number> =>
    Number(
      (await database.db.sql<{ n: bigint }>`select count(*) as n from auth.audit_log where action = ${action}`)[0]?.n,
    )

  test('what rolled back left none', async () => {
    const before = await countOf('user.registered')
    expect((await auth.register('ada@example.com')).code).toBe('email_taken')
    expect(await countOf('user.registered')).toBe(before)
    const keys = await countOf('api_key.created')
    await database.owner.sql`alter table auth.api_keys rename column last_four to elsewhere`
    expect((await auth.createKey(ada.principal)).id).toBeUndefined()
    await database.owner.sql`alter table auth.api_keys rename column elsewhere to last_four`
    expect(await countOf('api_key.created')).toBe(keys)
  })

  test('where it cannot be recorded, nothing is done', async () => {
    await database.owner.sql`revoke insert on auth.audit_log from auth_app`
    expect((await auth.register('unrecorded@example.com')).status).toBe(500)
    expect((await auth.createKey(ada.principal)).id).toBeUndefined()
    const session = ada.principal.session ?? ''
    expect((await auth.call('DELETE', `/auth/sessions/${session}`, { principal: ada.principal })).status).toBe(500)
    await database.owner.sql`
      grant insert (id, action, outcome, actor_kind, actor, subject, merchant, mode, client_ip, request_id, detail,
                    created_at) on auth.audit_log to auth_app`
    expect(await auth.verify(ada.tokens.token)).not.toBeNull()
    expect((await auth.logIn('unrecorded@example.com')).code).toBe('login_invalid')
  })
})

test('no entry holds a password, an email, a key or a token, not even one that was typed into the wrong field', async () => {
  const { tokens, principal } = await auth.enter('planted@example.com')
  const key = await auth.createKey(principal, { environment: 'live', name: 'canary name' })
  await auth.logIn(key.key, 'planted password')
  await auth.logIn('planted password', 'planted password')
  const changed = { current_password: 'planted password', new_password: 'planted password' }
  await auth.call('POST', '/auth/password', { principal, body: changed })
  const invited = await auth.call<{ token: string }>('POST', '/auth/operator/invitations', {
    principal: operator,
    body: { email: 'planted.guest@example.com' },
  })
  const rows = (await database.db.sql<{ row: string }>`select a::text as row from auth.audit_log a`)
    .map(({ row }) => row)
    .join('\n')
  expect(rows).toContain(principal.session)
  for (const secret of [
    password,
    'planted',
    '@',
    key.key.slice(8),
    tokens.refresh_token,
    tokens.token,
    invited.body.token,
  ])
    expect(rows).not.toContain(secret)
})

describe('reading', () => {
  test("a person reads their own merchant's log only, and its cursors are theirs only", async () => {
    const { principal } = await auth.enter('reader@example.com')
    const { body } = await own(principal)
    expect(body.data.map(({ action }) => action).toSorted()).toEqual(['login.succeeded', 'user.registered'])
    const foreign = (await own(ada.principal)).body.data[0]?.id
    for (const cursor of ['starting_after', 'ending_before']) {
      const refused = await own(principal, `?${cursor}=${foreign}`)
      expect([refused.status, refused.code, refused.body.error?.param]).toEqual([400, 'resource_missing', cursor])
      expect((await whole(`?${cursor}=${foreign}`)).status).toBe(200)
    }
  })

  test('pages join without gap or repeat, in both directions', async () => {
    const all = (await own(ada.principal, '?limit=100')).body.data.map(({ id }) => id)
    const older: string[] = []
    for (let more = true; more;) {
      const after = older.length === 0 ? '' : `&starting_after=${older.at(-1)}`
      const { body } = await own(ada.principal, `?limit=2${after}`)
      older.push(...body.data.map(({ id }) => id))
      more = body.has_more
    }
    expect(older).toEqual(all)
    const newer = (await own(ada.principal, `?limit=2&ending_before=${all[3]}`)).body
    expect([newer.data.map(({ id }) => id), newer.has_more]).toEqual([all.slice(1, 3), true])
  })

  test('action and time narrow it, and an unknown action is told with those there are', async () => {
    const all = (await own(ada.principal, '?limit=100')).body.data
    const only = (await own(ada.principal, '?limit=100&action=password.changed')).body.data
    expect(only).toEqual(all.filter(({ action }) => action === 'password.changed'))
    const from = all[2]?.created ?? 0
    const late = (await own(ada.principal, `?limit=100&created[gte]=${from}`)).body.data
    expect(late).toEqual(all.filter(({ created }) => created >= from))
    const refused = await own(ada.principal, '?action=coffee.made')
    expect([refused.status, refused.body.error?.param]).toEqual([400, 'action'])
    expect(JSON.stringify(refused.body)).toContain('login.failed')
  })

  test("an operator may narrow the installation's log to one merchant", async () => {
    const { data } = (await whole(`?limit=100&merchant=${ada.user.merchant}`)).body
    expect(data.length).toBeGreaterThan(5)
    expect(new Set(data.map(({ merchant }) => merchant))).toEqual(new Set([ada.user.merchant]))
  })
})

describe('what another service tells', () => {
  const told = {
    id: 'aud_01toldbypayments',
    action: 'processor.created',
    actor: { type: 'api_key', id: 'key_1' },
    subject: 'proc_1',
    mode: 'live',
    client_ip: ip,
    request: 'req_of_the_act',
    detail: { url: 'https://api.stripe.com' },
    created: 1_767_200_000,
  } as const
  const tell = (service: 'payments' | 'events' | 'ledger', merchant: string | null, more: object = {}) =>
    auth.call('POST', '/internal/audit_entries', {
      principal: { kind: 'service', service },
      body: { ...told, merchant, ...more },
    })

  test('stands in the log of the merchant and of the installation, once however often it is told', async () => {
    const { principal } = await auth.enter('processors@example.com')
    for (let time = 0; time < 2; time++) expect((await tell('payments', principal.merchant)).status).toBe(200)
    const { id, action, actor, subject, mode, created } = told
    const entry = { id, action, actor, subject, mode, created, request: told.request, outcome: 'success' }
    expect((await own(principal, '?action=processor.created')).body.data).toMatchObject([entry])
    expect((await whole('?action=processor.created')).body.data).toMatchObject([entry])
    expect((await own(ada.principal, '?action=processor.created')).body.data).toEqual([])
  })

  test('of the installation stands in its log alone', async () => {
    const redriven = { id: 'aud_01toldbyevents', action: 'dead_letter.redriven', mode: null }
    expect((await tell('events', null, redriven)).status).toBe(200)
    const wanted = '?action=dead_letter.redriven'
    expect((await whole(wanted)).body.data).toMatchObject([{ ...redriven, merchant: null }])
    expect((await own(ada.principal, wanted)).body.data).toEqual([])
  })

  const dayMs = 24 * 60 * 60 * 1000
  for (const [name, ageMs, wantMs] of [
    ['days ago is believed', 6 * dayMs, 6 * dayMs],
    ['longer ago than a service is out of reach is dated as of then', 400 * dayMs, 7 * dayMs],
    ['in the future is dated as of now', -dayMs, 0],
  ] as const)
    test(`done ${name}`, async () => {
      const id = `aud_03${ageMs < 0 ? 'future' : ageMs}`
      const now = Math.floor(clock.now().getTime() / 1000)
      expect((await tell('payments', ada.user.merchant, { id, created: now - ageMs / 1000 })).status).toBe(200)
      const entries = (await own(ada.principal, '?limit=100&action=processor.created')).body.data
      expect(entries.find((entry) => entry.id === id)?.created).toBe(now - wantMs / 1000)
      const noted = auth.logged.filter((line) => line.includes('audit.time_differs') && line.includes(id))
      expect(noted).toHaveLength(ageMs === wantMs ? 0 : 1)
    })

  test('again as something else changes nothing, and is noted', async () => {
    const id = 'aud_04differs'
    const noted = () => auth.logged.filter((line) => line.includes('audit.entry_differs') && line.includes(id)).length
    for (const [subject, want] of [
      ['proc_1', 0],
      ['proc_1', 0],
      ['proc_2', 1],
    ] as const) {
      expect((await tell('payments', ada.user.merchant, { id, subject })).status).toBe(200)
      expect(noted()).toBe(want)
    }
    const entries = (await own(ada.principal, '?limit=100&action=processor.created')).body.data
    expect(entries.filter((entry) => entry.id === id)).toMatchObject([{ subject: 'proc_1' }])
  })

  for (const service of ['payments', 'events', 'ledger'] as const)
    for (const [teller, actions] of Object.entries(serviceAuditActions))
      for (const [at, action] of actions.entries())
        test(`that ${action} was done is ${service === teller ? '' : 'not '}believed of ${service}`, async () => {
          const id = `aud_02${service}${teller}${at}`
          const { status } = await tell(service, ada.user.merchant, { id, action })
          const found = (await own(ada.principal, `?action=${action}`)).body.data.some((entry) => entry.id === id)
          const refusals = auth.logged.filter((line) => line.includes('audit.refused') && line.includes(id))
          expect([status, found, refusals.length]).toEqual(service === teller ? [200, true, 0] : [403, false, 1])
        })
})

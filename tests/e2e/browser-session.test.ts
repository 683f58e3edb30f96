import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { caller, newMerchant, type Answer, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let ada: Merchant
let eve: Merchant
beforeAll(async () => {
  platform = await openPlatform()
  ada = await newMerchant(platform.url)
  eve = await newMerchant(platform.url)
})
afterAll(() => platform?.stop())

const origin = () => new URL(platform.url).origin

/** A browser on a page of the gateway's own, signed in. */
const signedIn = async ({ email, password }: Pick<Merchant, 'email' | 'password'>) => {
  const call = caller(platform.url)
  const answer = await call('POST', '/auth/browser/sign_in', {
    body: { email, password },
    headers: { origin: origin() },
  })
  expect(answer.status).toBe(200)
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> =>
    call(method, path, {
      ...(body === undefined ? {} : { body }),
      headers: { cookie, ...(method === 'GET' ? {} : { origin: origin() }), ...headers },
    })
  const inMode =
    (mode: string) =>
    (method: string, path: string, body?: object): Promise<Answer> =>
      ask(method, path, body, { 'micro-mode': mode })
  return { answer, cookie, ask, test: inMode('test'), live: inMode('live') }
}
type Browser = Awaited<ReturnType<typeof signedIn>>

const sessionOf = async ({ ask }: Browser): Promise<string> => {
  const { body } = await ask('GET', '/auth/sessions')
  return body.data.find((each) => each['current'] === true)?.id ?? ''
}
const isOut = ({ ask, test: call }: Browser) =>
  // The bound on revocation is 5 s; the bus makes it much sooner.
  eventually(async () => {
    expect((await ask('GET', '/auth/me')).status).toBe(401)
    expect((await call('GET', '/v1/balance')).status).toBe(401)
  })

describe('somebody who signed in', () => {
  test('is told who they are, and takes a payment that is in their ledger and their log', async () => {
    const browser = await signedIn(ada)
    const me = (await ada.session('GET', '/auth/me')).body
    expect(browser.answer.body).toMatchObject({
      object: 'browser_session',
      merchant: me['merchant'],
      user: { id: me.id, email: ada.email },
    })
    const body = { amount: 4200, currency: 'usd', payment_method: 'pm_card_visa', confirm: true }
    const intent = await browser.test('POST', '/v1/payment_intents', body)
    expect([intent.status, intent.body.status]).toEqual([200, 'succeeded'])
    // The same merchant as its key's, in the same mode and in no other.
    expect((await ada.test('GET', `/v1/payment_intents/${intent.body.id}`)).status).toBe(200)
    expect((await browser.live('GET', `/v1/payment_intents/${intent.body.id}`)).status).toBe(404)
    await eventually(async () =>
      expect((await browser.test('GET', '/ledger/transactions')).body.data.length).toBeGreaterThan(0),
    )
    // It is remembered once the answer has left.
    await eventually(async () => {
      const { data } = (await browser.test('GET', '/request_logs?source=dashboard&path=/v1/payment_intents')).body
      expect(data[0]).toMatchObject({ method: 'POST', source: 'dashboard', key_id: null, livemode: false })
    })
  })

  test('sees events as they happen on the WebSocket', async () => {
    const browser = await signedIn(ada)
    const socket = new WebSocket(`${platform.url.replace('http', 'ws')}/ws?mode=test`, {
      headers: { cookie: browser.cookie, origin: origin() },
    })
    const types: string[] = []
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as { type: string; event?: { type: string } }
      if (frame.type === 'hello') socket.send(JSON.stringify({ type: 'resume', after: null }))
      types.push(frame.event?.type ?? frame.type)
    })
    await eventually(() => expect(types).toContain('ready'))
    await browser.test('POST', '/v1/customers', { name: 'Live' })
    await eventually(() => expect(types).toContain('customer.created'))
    socket.terminate()
  })

  test("is answered about another merchant's things as about what never was", async () => {
    const customer = (await eve.test('POST', '/v1/customers', { body: {} })).body.id
    const browser = await signedIn(ada)
    const [foreign, unknown] = [
      await browser.test('GET', `/v1/customers/${customer}`),
      await browser.test('GET', '/v1/customers/cus_none'),
    ]
    expect([foreign.status, unknown.status]).toEqual([404, 404])
    expect(foreign.body.error.message.replace(customer, '')).toBe(unknown.body.error.message.replace('cus_none', ''))
  })

  test('is on record as the person, with the session', async () => {
    const browser = await signedIn(ada)
    const session = await sessionOf(browser)
    const endpoint = await browser.test('POST', '/v1/webhook_endpoints', {
      url: 'http://127.0.0.1:1024/hook',
      enabled_events: ['*'],
    })
    const log = async (action: string) => (await browser.ask('GET', `/auth/audit_log?action=${action}`)).body.data
    expect((await log('login.succeeded')).map((entry) => entry['subject'])).toContain(session)
    await eventually(async () =>
      expect(await log('webhook_endpoint.created')).toContainEqual(
        expect.objectContaining({
          subject: endpoint.body.id,
          actor: { type: 'user', id: (await ada.session('GET', '/auth/me')).body.id },
          mode: 'test',
          detail: expect.objectContaining({ session }) as unknown,
        }),
      ),
    )
  })
})

describe('a session of a browser ends everywhere', () => {
  test('by signing out; a copy of its cookie is worth nothing', async () => {
    const browser = await signedIn(ada)
    expect((await browser.ask('POST', '/auth/browser/sign_out')).body).toMatchObject({ ended: true })
    await isOut(browser)
  })

  test('in the list of sessions, from another one', async () => {
    const [lost, kept] = [await signedIn(ada), await signedIn(ada)]
    expect((await lost.ask('GET', '/auth/me')).status).toBe(200)
    expect((await kept.ask('DELETE', `/auth/sessions/${await sessionOf(lost)}`)).status).toBe(200)
    await isOut(lost)
    expect((await kept.ask('GET', '/auth/me')).status).toBe(200)
  })

  test('with a new password, wherever that was set', async () => {
    const person = await newMerchant(platform.url)
    const [here, there] = [await signedIn(person), await signedIn(person)]
    const changed = { current_password: person.password, new_password: 'another password' }
    expect((await here.ask('POST', '/auth/password', changed)).status).toBe(200)
    await isOut(here)
    await isOut(there)
    const again = await signedIn({ ...person, password: 'another password' })
    expect((await again.ask('GET', '/auth/me')).status).toBe(200)
  })
})

test('what another page sends with it changes nothing', async () => {
  const { ask, test: own } = await signedIn(eve)
  const before = (await own('GET', '/v1/customers')).body.data.length
  for (const foreign of ['https://evil.example', 'null', 'http://127.0.0.1:1', `${origin()}.evil.example`])
    expect((await ask('POST', '/v1/customers', {}, { 'micro-mode': 'test', origin: foreign })).status, foreign).toBe(
      403,
    )
  expect((await own('GET', '/v1/customers')).body.data.length).toBe(before)
})

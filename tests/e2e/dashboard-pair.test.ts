import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller } from './api.ts'
import { atTheDashboard, expectNothingLeaked, expectSoundPages } from './dashboard.fixture.ts'
import {
  micro,
  microProgram,
  removeTemporaryDirectories,
  start,
  temporaryDirectory,
  type Micro,
  type Running,
} from './harness.ts'

let platform: Micro
let home: string
beforeAll(async () => {
  platform = await micro()
  home = `${platform.url}/dashboard`
}, 180_000)
afterAll(async () => {
  await platform?.stop()
  await removeTemporaryDirectories()
})

const person = { email: `ada-${randomUUID()}@shop.test`, password: 'securepassword' }

/** `micro login` with a configuration of its own, and what it says to do. */
const beginLogin = async () => {
  const config = join(await temporaryDirectory(), 'micro.yaml')
  const cli = (...args: string[]): Running =>
    start(microProgram, [...args, '--config', config], { env: { MICRO_GATEWAY_URL: platform.url } })
  const login = cli('login')
  const asked = await eventually(() => {
    const url = /^ {2}(http\S+)$/m.exec(login.stderr())?.[1]
    const words = /words to compare are: ([a-z-]+)$/m.exec(login.stderr())?.[1]
    if (url === undefined || words === undefined) throw new Error(`not asked yet: ${login.stderr()}`)
    return { url, words }
  })
  return { cli, login, ...asked }
}

/** Begins to pair as Stripe's command line does. */
const beginPairing = async (body: object = {}) => {
  const answer = await caller(platform.url)('POST', '/stripecli/auth', { body: { device_name: 'desk', ...body } })
  const told = answer.body as unknown as Record<'browser_url' | 'poll_url' | 'token' | 'verification_code', string>
  return { ...told, id: told.browser_url.replace(/.*\//, '') }
}

/** A page of whoever runs another server on this machine. */
const neighbour = async (html: string): Promise<{ server: Server; url: string }> => {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(html),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

describe.skipIf(!browserAvailable())('letting a command line in at the dashboard', () => {
  let browser: TestBrowser
  const { said, says, press, enter } = atTheDashboard(() => browser)
  const letIn = async (words: string) => {
    await browser.evaluate(`document.querySelector('input[name=words]')?.select()`)
    await browser.type('input[name=words]', words)
    await press('Let it in')
  }
  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
    await caller(platform.url)('POST', '/auth/register', { body: person })
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  test('micro login: whoever is not signed in does so first, types the words, and lets it in', async () => {
    const { cli, login, url, words } = await beginLogin()
    await browser.open(url)
    await browser.at(/\/dashboard\/sign-in\?/)
    await enter(person)
    await browser.at(/\/dashboard\/pair\/pair_\w+$/)
    for (const text of [person.email, 'acct_', 'Test and live mode', 'wants to use Micro’s command line as you'])
      await says(text)
    // Nothing is given by a click alone, nor for other words than those of the terminal, which the page does not tell.
    expect(await said()).not.toContain(words)
    expect(await browser.evaluate(`document.querySelector('button[type=submit]').disabled`)).toBe(true)
    await letIn('amber amber amber amber')
    await says('Your terminal shows other words')
    expect(login.child.exitCode).toBe(null)
    await letIn(words)
    await says('It is let in')
    expect((await login.ended).code).toBe(0)
    expect((await cli('whoami').ended).stdout).toContain(person.email)
    // What it got is where it can be ended.
    await press('your sessions')
    await says('Command line')
  })

  test('micro login: who is signed in already is asked nothing but this; refused, the terminal says so at once', async () => {
    const { login, url } = await beginLogin()
    await browser.open(url)
    await says('The four words in your terminal')
    await press('Refuse')
    await says('It is refused')
    const { code, stderr } = await login.ended
    expect([code, stderr]).toEqual([1, expect.stringContaining('This device was refused')])
    await browser.open(url)
    await says('Nobody asks here')
  })

  test('stripe login: what it gets is said to be for test mode alone, and it is what it gets', async () => {
    const { browser_url, poll_url, verification_code } = await beginPairing()
    await browser.open(browser_url)
    await says('A device that calls itself “desk” wants to use Stripe')
    await says('Test mode alone')
    await letIn(verification_code)
    await says('your API keys')
    const { body } = await caller('')('GET', poll_url)
    expect(body).toMatchObject({
      redeemed: true,
      account_display_name: person.email,
      testmode_key_secret: expect.stringMatching(/^sk_test_/),
      livemode_key_secret: '',
    })
  })

  test('one sees who one is, and can sign in as somebody else before one answers', async () => {
    const eve = { email: `eve-${randomUUID()}@shop.test`, password: 'securepassword' }
    await caller(platform.url)('POST', '/auth/register', { body: eve })
    const { browser_url, poll_url, verification_code } = await beginPairing()
    await browser.open(browser_url)
    await says(person.email)
    await press('Sign in as somebody else')
    await browser.at(/\/dashboard\/sign-in\?/)
    await enter(eve)
    await says(eve.email)
    expect(await said()).not.toContain(person.email)
    await letIn(verification_code)
    await says('It is let in')
    expect((await caller('')('GET', poll_url)).body['account_display_name']).toBe(eve.email)
  })

  test('a page that was not told that somebody else signed in lets nothing in as them', async () => {
    const mallory = { email: `mallory-${randomUUID()}@shop.test`, password: 'securepassword' }
    await caller(platform.url)('POST', '/auth/register', { body: mallory })
    const { browser_url, poll_url, verification_code } = await beginPairing()
    await browser.open(browser_url)
    await says('The four words in your terminal')
    await browser.evaluate(`fetch('/auth/browser/sign_in', { method: 'POST', body: '${JSON.stringify(mallory)}',
      headers: { 'content-type': 'application/json' } }).then(({ status }) => (window.signedIn = status)); undefined`)
    await eventually(async () => expect(await browser.evaluate('window.signedIn')).toBe(200))
    await letIn(verification_code)
    await says('Somebody else signed in at this browser meanwhile')
    expect((await caller('')('GET', poll_url)).body).toEqual({ redeemed: false })
  })

  test('no page has a serious fault that axe knows of, wide or narrow, light or dark', async () => {
    const [key, session] = [await beginPairing(), await beginPairing({ gives: 'session' })]
    const pages = { 'pair-key': `/pair/${key.id}`, 'pair-session': `/pair/${session.id}`, 'pair-none': '/pair/pair_0' }
    await expectSoundPages(browser, { home, pages, pictures: await temporaryDirectory() })
  }, 300_000)

  test('nothing left the origin, no policy was broken, and no secret is within reach of a script', async () => {
    await expectNothingLeaked(browser, platform.url)
  })

  test('a page of a neighbour neither shows it in a frame nor lets anything in by itself', async () => {
    const { id, poll_url, browser_url } = await beginPairing()
    const { server, url } = await neighbour(`<!doctype html><title>Neighbour</title>
      <iframe src="${home}/pair/${id}"></iframe><iframe src="${browser_url}"></iframe>
      <form method="post" action="${platform.url}/auth/pairings/${id}/approve"></form>`)
    // With the very browser that is signed in there.
    await browser.open(url)
    await eventually(() =>
      expect(browser.complaints.filter((text) => text.includes('frame-ancestors'))).toHaveLength(2),
    )
    await browser.evaluate(`fetch('${platform.url}/auth/pairings/${id}/approve', { method: 'POST', mode: 'no-cors',
      credentials: 'include', headers: { 'content-type': 'text/plain' }, body: '{}' })
      .then(() => (window.sent = true), () => (window.sent = true)); undefined`)
    await eventually(async () => expect(await browser.evaluate('window.sent')).toBe(true))
    await browser.evaluate(`document.forms[0].submit()`)
    await eventually(async () => expect(await said()).toMatch(/origin_not_allowed|cookie_origin_refused/))
    server.close()
    expect((await caller('')('GET', poll_url)).body).toEqual({ redeemed: false })
  })
})

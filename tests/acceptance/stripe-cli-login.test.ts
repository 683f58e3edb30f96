import { browserAvailable, startBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, type Item } from '../e2e/api.ts'
import { atTheDashboard } from '../e2e/dashboard.fixture.ts'
import { openAcceptance, type Acceptance } from './sdk.fixture.ts'
import { openStripeCli, type StripeCli } from './stripe-cli.fixture.ts'

let micro: Acceptance
beforeAll(async () => {
  micro = await openAcceptance()
}, 180_000)
afterAll(() => micro?.stop())

interface Asked {
  readonly browserUrl: string
  readonly pollUrl: string
  readonly words: string
}

/** Begins to log in, and ends at once with what is to be done. */
const ask = async (cli: StripeCli): Promise<Asked> => {
  const { stdout, stderr } = await cli.runBare(['login', '--non-interactive', '--dashboard-base', micro.url])
  const asked = JSON.parse(stdout) as { browser_url?: string; verification_code?: string; next_step?: string }
  expect(asked, stderr).toMatchObject({ browser_url: expect.stringContaining(`${micro.url}/stripecli/confirm/pair_`) })
  return {
    browserUrl: asked.browser_url ?? '',
    pollUrl: /http\S+?(?=['"\s]|$)/.exec(asked.next_step ?? '')?.[0] ?? '',
    words: asked.verification_code ?? '',
  }
}

const confirm = async (browserUrl: string, email: string, password: string) => {
  const answer = await fetch(browserUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: micro.url },
    body: new URLSearchParams({ email, password }),
  })
  return { status: answer.status, page: await answer.text() }
}

const keysOf = async (): Promise<readonly Item[]> =>
  (await micro.mine.session('GET', '/auth/api_keys?limit=100')).body.data

describe('stripe login', () => {
  test('gets a key of its own once somebody who logs in lets it in, and works with it from then on', async () => {
    const cli = await openStripeCli(micro.url)
    const { browserUrl, pollUrl, words } = await ask(cli)
    expect(await (await fetch(browserUrl)).text()).toContain(words)
    const wrong = await confirm(browserUrl, micro.mine.email, 'not the password')
    expect(wrong).toMatchObject({ status: 401, page: expect.stringContaining('The email or the password is wrong.') })
    const let_in = await confirm(browserUrl, micro.mine.email, micro.mine.password)
    expect(let_in).toMatchObject({ status: 200, page: expect.stringContaining('It is let in') })

    const done = await cli.runBare(['login', '--complete', pollUrl])
    expect(done.code, done.stdout + done.stderr).toBe(0)
    expect((await cli.run(['get', '/v1/account'])).stdout).toContain(micro.mine.email)
    const made = (await keysOf()).find(({ name }) => String(name).startsWith('stripe cli on'))
    expect(made).toMatchObject({ environment: 'test', type: 'secret', revoked: null })
    expect(Number(made?.['expires']) - Number(made?.['created'])).toBe(90 * 24 * 60 * 60)

    await cli.runBare(['logout'])
    const out = await cli.run(['get', '/v1/account'])
    expect(out.stdout).not.toContain(micro.mine.email)
  })

  test.skipIf(!browserAvailable())('is let in at the dashboard by who is signed in there', async () => {
    const cli = await openStripeCli(micro.url)
    const { browserUrl, pollUrl, words } = await ask(cli)
    await using browser = await startBrowser()
    const { says, press, enter } = atTheDashboard(() => browser)
    await browser.open(browserUrl)
    await browser.at(/\/dashboard\/sign-in\?/)
    await enter(micro.mine)
    await browser.type('input[name=words]', words)
    await press('Let it in')
    await says('It is let in')
    const done = await cli.runBare(['login', '--complete', pollUrl])
    expect(done.code, done.stdout + done.stderr).toBe(0)
    expect((await cli.run(['get', '/v1/account'])).stdout).toContain(micro.mine.email)
  })

  test('fetches its key once, and the page lets in once', async () => {
    const { browserUrl, pollUrl } = await ask(await openStripeCli(micro.url))
    const anyone = caller('')
    expect((await anyone('GET', pollUrl)).body).toEqual({ redeemed: false })
    await confirm(browserUrl, micro.mine.email, micro.mine.password)
    expect((await confirm(browserUrl, micro.theirs.email, micro.theirs.password)).status).toBe(404)
    const answers = await Promise.all([1, 2, 3].map(() => anyone('GET', pollUrl)))
    const keys = answers.filter(({ status }) => status === 200)
    expect(keys.map(({ body }) => body['account_id'])).toHaveLength(1)
    expect(keys[0]?.body).toMatchObject({
      redeemed: true,
      account_display_name: micro.mine.email,
      testmode_key_secret: expect.stringMatching(/^sk_test_/),
      testmode_key_publishable: expect.stringMatching(/^pk_test_/),
    })
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(2)
  })

  test('what nobody asked for answers like what never was', async () => {
    const anyone = caller(micro.url)
    for (const path of ['/stripecli/confirm/pair_nothing', '/stripecli/auth/pairt_nothing'])
      expect(await anyone('GET', path)).toMatchObject({ status: 404, body: { error: { code: 'resource_missing' } } })
    const { status } = await confirm(`${micro.url}/stripecli/confirm/pair_0`, micro.mine.email, micro.mine.password)
    expect(status).toBe(404)
  })
})

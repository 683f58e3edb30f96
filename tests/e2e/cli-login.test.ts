import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMerchant, type Merchant } from './api.ts'
import { microProgram, start, temporaryDirectory, type Running } from './harness.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
let config: string
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
  config = join(await temporaryDirectory(), 'micro.yaml')
}, 180_000)
afterAll(() => platform?.stop())

const cli = (...args: string[]): Running =>
  start(microProgram, [...args, '--config', config], { env: { MICRO_GATEWAY_URL: platform.url } })

/** What `micro login` says to do. */
const asked = (login: Running): Promise<{ url: string; words: string }> =>
  eventually(() => {
    const url = /^ {2}(http\S+)$/m.exec(login.stderr())?.[1]
    const words = /words to compare are: ([a-z-]+)$/m.exec(login.stderr())?.[1]
    if (url === undefined || words === undefined) throw new Error(`not asked yet: ${login.stderr()}`)
    return { url, words }
  })

const letIn = async (url: string, password = merchant.password): Promise<number> => {
  const body = new URLSearchParams({ email: merchant.email, password })
  return (await fetch(url, { method: 'POST', body, headers: { origin: platform.url } })).status
}

test('login by a browser shows the words of the page, waits, and gives this device a session and a key', async () => {
  const login = cli('login', '--json')
  const { url, words } = await asked(login)
  expect(url.startsWith(`${platform.url}/stripecli/confirm/pair_`)).toBe(true)
  const page = await (await fetch(url)).text()
  expect(page).toContain(words)
  expect(page).toContain('as you')
  expect(await letIn(url, 'not the password')).toBe(401)
  expect(login.child.exitCode).toBe(null)
  expect(await letIn(url)).toBe(200)
  const { code, stdout } = await login.ended
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { email: merchant.email, api_key_reused: false }])
  expect((await stat(config)).mode & 0o777).toBe(0o600)
  // As after logging in with a password: what needs a session works, too.
  const keys = await cli('keys', 'list', '--json').ended
  expect(JSON.parse(keys.stdout)).toContainEqual(
    expect.objectContaining({ name: expect.stringMatching(/^micro cli on/) }),
  )
  expect((await cli('whoami').ended).stdout).toContain(merchant.email)
})

test('logging out ends both at the server', async () => {
  const key = /sk_test_\w+/.exec(await readFile(config, 'utf8'))?.[0] ?? ''
  expect((await cli('logout').ended).code).toBe(0)
  const { status } = await fetch(`${platform.url}/auth/me`, { headers: { authorization: `Bearer ${key}` } })
  expect(status).toBe(401)
})

test('a page that was used lets nobody in again', async () => {
  const first = cli('login')
  const { url } = await asked(first)
  await letIn(url)
  expect((await first.ended).code).toBe(0)
  expect(await letIn(url)).toBe(404)
})

test('without a terminal, --interactive says what to do instead, and ends with 2', async () => {
  const { code, stderr } = await cli('login', '--interactive').ended
  expect([code, stderr]).toEqual([2, expect.stringContaining('There is no terminal to ask on')])
})

test('where nobody answers, login ends with 6', async () => {
  expect((await cli('login', '--gateway-url', 'http://127.0.0.1:9').ended).code).toBe(6)
})

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { browserAvailable, eventually, startBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller } from '../e2e/api.ts'
import { openPlatform, type Platform } from '../e2e/platform.ts'

let micro: Platform
let proxy: Server
let url: string
const mine = { email: `in-clear-${randomUUID()}@shop.test`, password: 'securepassword' }

/** A proxy to which its clients come in clear, from elsewhere: a session would be overheard, so the password is asked for. */
const openProxy = async (to: string): Promise<Server> => {
  const { hostname, port } = new URL(to)
  const server = createServer((from, answer) => {
    const { method, url: path } = from
    const headers = { ...from.headers, 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'http' }
    const onward = request({ hostname, port, method, path, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.pipe(answer)
    })
    from.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

beforeAll(async () => {
  micro = await openPlatform({ env: { MICRO_TRUSTED_PROXIES: '127.0.0.1', MICRO_REGISTRATION: 'open' } })
  proxy = await openProxy(micro.url)
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const { status, body } = await caller(micro.url)('POST', '/auth/register', { body: mine })
  expect(status, JSON.stringify(body)).toBe(201)
}, 180_000)
afterAll(async () => {
  proxy?.close()
  await micro?.stop()
})

describe.skipIf(!browserAvailable())('the page on which a command line is let in', () => {
  test('shows the words to compare, says what is wrong, lets in, and needs nothing its policy refuses', async () => {
    const { body: asked } = await caller(url)('POST', '/stripecli/auth', { form: 'device_name=<b>desk</b>' })
    await using browser = await startBrowser()
    await browser.open(String(asked['browser_url']))
    const shown = () => browser.evaluate<string>('document.body.innerText')
    expect(await shown()).toContain(String(asked['verification_code']))
    expect(await shown()).toContain('<b>desk</b>')

    await browser.type('#email', mine.email)
    await browser.type('#password', 'not the password')
    await browser.click('button')
    await eventually(async () => expect(await shown()).toContain('The email or the password is wrong.'))
    // The email stays; the password does not.
    await browser.type('#password', mine.password)
    await browser.click('button')
    await eventually(async () => expect(await shown()).toContain('It is let in'))
    expect(browser.complaints.filter((text) => /policy|refused/i.test(text))).toEqual([])
  })
})

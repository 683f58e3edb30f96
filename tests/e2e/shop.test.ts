import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { browserAvailable, eventually, freePort, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, type Merchant } from './api.ts'
import {
  micro,
  microProgram,
  removeTemporaryDirectories,
  root,
  start,
  temporaryDirectory,
  type Micro,
  type Running,
} from './harness.ts'
import { ready } from './listener.ts'

let platform: Micro
let merchant: Merchant
let shop: Running
let listener: Running
let home: string
beforeAll(async () => {
  // As it comes: with the limits that everybody starts with.
  platform = await micro({ env: { MICRO_RATE_LIMIT: '100', MICRO_IP_RATE_LIMIT: '60' } })
  merchant = await newMerchant(platform.url)
  const config = join(await temporaryDirectory(), 'config.yaml')
  const cli = (args: readonly string[], input?: string) =>
    start(microProgram, [...args, '--config', config], {
      env: { MICRO_GATEWAY_URL: platform.url },
      ...(input === undefined ? {} : { input }),
    })
  await cli(['login', '--email', merchant.email, '--password-stdin'], merchant.password).ended
  // The listener has to know where the shop will be, and the shop the listener's secret.
  const port = await freePort()
  home = `http://127.0.0.1:${port}`
  listener = cli(['listen', '--forward-to', `${home}/webhook`])
  await ready(listener)
  const [secret = ''] = /whsec_\w+/.exec(listener.stdout()) ?? []
  shop = start(process.execPath, [join(root, 'examples/shop/server.ts')], {
    env: {
      STRIPE_SECRET_KEY: merchant.key,
      STRIPE_WEBHOOK_SECRET: secret,
      STRIPE_HOST: new URL(platform.url).host,
      PORT: String(port),
    },
  })
  await eventually(() => expect(shop.stdout() + shop.stderr()).toContain('The shop is at'))
}, 180_000)
afterAll(async () => {
  shop?.child.kill()
  listener?.child.kill('SIGINT')
  await platform?.stop()
  await removeTemporaryDirectories()
})

const post = (url: string, form: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form) })
const orders = async () => (await (await fetch(`${home}/orders`)).json()) as { session: string; status: string }[]
const card = { email: 'ada@shop.test', card_number: '4242 4242 4242 4242', expiry: '12/34', cvc: '314', name: 'Ada' }

test('a shop that was written for Stripe sells, keeps the card, sells again and gives back', async () => {
  const bought = await post(`${home}/buy`, { email: 'ada@shop.test' })
  const page = bought.headers.get('location') ?? ''
  expect(page.startsWith(`${platform.url}/checkout/pay/cs_test_`)).toBe(true)
  expect(await (await fetch(page)).text()).toContain('value="ada@shop.test"')
  const paid = await post(page, card)
  const thanks = paid.headers.get('location') ?? ''
  expect([paid.status, thanks]).toEqual([303, expect.stringContaining(`${home}/thanks?session=cs_test_`)])
  expect(await (await fetch(thanks)).text()).toContain('Another one')

  await eventually(async () => expect(await orders()).toMatchObject([{ status: 'paid' }]), { timeoutMs: 60_000 })
  const order = new URL(thanks).searchParams.get('session') ?? ''
  expect(await (await post(`${home}/again`, { order })).json()).toEqual({ status: 'succeeded' })
  expect(await (await post(`${home}/refund`, { order })).json()).toEqual({ status: 'succeeded' })
  await eventually(async () => expect(await orders()).toMatchObject([{ status: 'refunded' }]), { timeoutMs: 60_000 })
})

test('a webhook that nobody signed changes nothing', async () => {
  const body = JSON.stringify({ type: 'checkout.session.completed', data: { object: { id: 'cs_test_false' } } })
  const headers = { 'stripe-signature': 't=1,v1=00', 'content-type': 'application/json' }
  expect((await fetch(`${home}/webhook`, { method: 'POST', headers, body })).status).toBe(400)
  expect((await orders()).map(({ session }) => session)).not.toContain('cs_test_false')
})

describe.skipIf(!browserAvailable())('with a browser, and pictures of every page', () => {
  let browser: TestBrowser
  let pictures: string
  beforeAll(async () => {
    browser = await startBrowser()
    pictures = await temporaryDirectory()
    await browser.look({ width: 1200, dark: false })
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  const picture = async (name: string): Promise<void> => {
    const path = join(pictures, `${name}.png`)
    await writeFile(path, await browser.screenshot())
    const bytes = await readFile(path)
    // A PNG of this width that shows more than an empty page, which comes to some 5 kB.
    expect([bytes.toString('latin1', 1, 4), bytes.readUInt32BE(16)]).toEqual(['PNG', 1200])
    expect(bytes.length).toBeGreaterThan(6_000)
  }
  const said = () => browser.evaluate<string>('document.body.innerText')

  test('a buyer pays with Checkout, the shop sells again with the kept card, and gives back', async () => {
    await browser.open(home)
    await browser.at(new RegExp(`^${home}/$`))
    await picture('1 shop')
    await browser.type('input[name=email]', 'grace@shop.test')
    await browser.click('button')

    await browser.at(/\/checkout\/pay\/cs_test_/)
    expect(await said()).toContain('A hat of straw')
    expect(await browser.evaluate(`document.getElementById('email').value`)).toBe('grace@shop.test')
    await picture('2 checkout')
    for (const [field, value] of Object.entries({ ...card, name: 'Grace' }))
      if (field !== 'email') await browser.type(`#${field}`, value)
    await picture('3 card typed in')
    await browser.click('button')

    const thanks = await browser.at(new RegExp(`^${home}/thanks`))
    const session = new URL(thanks).searchParams.get('session') ?? ''
    const order = async () => (await orders()).find((each) => each.session === session)?.status
    await picture('4 thanks')
    await eventually(async () => expect(await order()).toBe('paid'), { timeoutMs: 60_000 })

    for (const [action, shown] of [
      ['again', '5 bought again'],
      ['refund', '6 given back'],
    ] as const) {
      await browser.open(thanks)
      await browser.at(/\/thanks/)
      await browser.click(`form[action='/${action}'] button`)
      await browser.at(new RegExp(`/${action}$`))
      expect(await said()).toContain('"status":"succeeded"')
      await picture(shown)
    }
    await eventually(async () => expect(await order()).toBe('refunded'), { timeoutMs: 60_000 })
    expect(browser.complaints.filter((text) => /policy|refused/i.test(text))).toEqual([])
  })
})

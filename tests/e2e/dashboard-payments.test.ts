import { randomUUID } from 'node:crypto'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pay, type Caller } from './api.ts'
import { atTheDashboard, callerOf, expectNothingLeaked } from './dashboard.fixture.ts'
import { micro, removeTemporaryDirectories, type Micro } from './harness.ts'
import { receiver, type Receiver } from './listener.ts'

let platform: Micro
let server: Receiver
let home: string
beforeAll(async () => {
  server = await receiver(500)
  platform = await micro()
  home = `${platform.url}/dashboard`
}, 180_000)
afterAll(async () => {
  await platform?.stop()
  server?.close()
  await removeTemporaryDirectories()
})

const person = { email: `ada-${randomUUID()}@shop.test`, password: 'securepassword' }

describe.skipIf(!browserAvailable())('payments at the dashboard, many and one', () => {
  let browser: TestBrowser
  let merchant: Caller
  const { said, says, press, fill, enter } = atTheDashboard(() => browser)
  const rows = () => browser.evaluate<number>(`document.querySelectorAll('main tbody tr').length`)
  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
    await browser.open(`${home}/register`)
    await enter(person)
    await says('No payments yet: make the first')
    merchant = await callerOf(platform.url, person)
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  test('payments are found by id, customer, email, amount and metadata', async () => {
    const grace = { email: 'grace@shop.test', payment_method: 'pm_card_visa' }
    const customer = (await merchant('POST', '/v1/customers', { body: grace })).body.id
    const [method] = (await merchant('GET', `/v1/customers/${customer}/payment_methods`)).body.data
    const paying = { currency: 'usd', confirm: true, customer, payment_method: method?.id }
    const { body: first } = await merchant('POST', '/v1/payment_intents', {
      body: { ...paying, amount: 5_000, metadata: { order: '7' } },
    })
    const paid = first.id
    await pay(merchant, 3_300)
    const look = async (typed: string): Promise<void> => {
      await browser.open(`${home}/payments`)
      await fill('Search', typed)
      await press('Search')
    }
    for (const id of [paid, String(first['latest_charge'])]) {
      await look(id)
      await browser.at(new RegExp(`/payments/${paid}$`))
    }
    for (const [typed, address] of [
      [customer, /customer=cus_/],
      ['grace@shop.test', /customer=cus_/],
      ['order=7', /metadata=/],
    ] as const) {
      await look(typed)
      await browser.at(address)
      await eventually(async () => expect(await rows()).toBe(1))
      await says(paid)
    }
    await look('33.00 USD')
    await browser.at(/amount_min=3300/)
    await eventually(async () => expect(await rows()).toBe(1))
    await look('ch_nothing')
    await says('There is no charge of this id in test mode.')
    await look('chair')
    await says('Type an id, an email, an amount')
  })

  test('a list of many stays short on the page, and is kept whole as a file that no spreadsheet runs', async () => {
    const many = 130
    const body = { amount: 1990, currency: 'kwd', description: '=HYPERLINK("http://evil.test","x")' }
    for (let count = 0; count < many; count++)
      await merchant('POST', '/v1/payment_intents', { body: { ...body, metadata: { count: String(count) } } })
    await browser.open(`${home}/payments?currency=kwd`)
    await says('1.990')
    expect(await rows()).toBe(20)
    expect(await browser.evaluate(`document.querySelectorAll('*').length`)).toBeLessThan(1_000)
    await browser.evaluate(`void (globalThis.kept = [],
      URL.createObjectURL = (blob) => { blob.text().then((text) => kept.push(text)); return 'data:,' })`)
    await press('Export CSV')
    await says(`${many} payments in the file.`)
    const csv = await eventually(async () => {
      const text = await browser.evaluate<string | undefined>('kept[0]')
      if (text === undefined) throw new Error('not kept yet')
      return text
    })
    const lines = csv.trimEnd().split('\r\n')
    expect(lines).toHaveLength(many + 1)
    expect(new Set(lines.map((line) => line.slice(0, line.indexOf(',')))).size).toBe(many + 1)
    for (const line of lines.slice(1)) {
      expect(line).toMatch(/^pi_\w+,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,requires_payment_method,kwd,1990,1\.990,0,0\.000,/)
      expect(line).toContain(`"'=HYPERLINK(""http://evil.test"",""x"")"`)
    }
  }, 120_000)

  test('a payment tells its whole story, each part linked, down to every attempt of a webhook', async () => {
    const url = server.url
    const { body: endpoint } = await merchant('POST', '/v1/webhook_endpoints', {
      body: { url, enabled_events: ['charge.succeeded'] },
    })
    const told = (await pay(merchant, 4321)).body.id
    await merchant('POST', '/v1/payment_intents', { body: { amount: 9999, currency: 'usd' } })
    const attempted = async () =>
      (await merchant('GET', `/events/deliveries?related_object=${told}`)).body.data[0]?.['attempts']
    await eventually(async () => expect(await attempted()).toBe(1), { timeoutMs: 60_000 })
    await browser.open(`${home}/payments/${told}`)
    for (const text of [
      'Payment of $43.21 USD created',
      'Confirmed with visa ···· 4242',
      'Charged $43.21 USD',
      `Payment ${told}`,
      'charge.succeeded',
      'Webhook charge.succeeded pending',
    ])
      await says(text)
    const links = await browser.evaluate<string[]>(
      `[...document.querySelectorAll('main ol a')].map((each) => new URL(each.href).pathname.replace('/dashboard', '') + new URL(each.href).hash)`,
    )
    for (const pattern of [
      /^\/ledger\/transactions\/ltx_\w+$/,
      /^\/events\/evt_\w+$/,
      /^\/deliveries\/dlv_\w+$/,
      /#at-confirmation-ch_\w+$/,
      /#at-ch_\w+$/,
      new RegExp(`#at-${told}$`),
      /#at-evt_\w+$/,
    ])
      expect(links.filter((link) => pattern.test(link))).not.toEqual([])
    expect(await said()).not.toContain('$99.99')
    await browser.evaluate(`document.querySelectorAll('main ol details').forEach((each) => (each.open = true))`)
    await press('Attempt 1')
    await browser.at(/\/deliveries\/dlv_\w+#attempt-1$/)
    await says('it broke')

    await browser.open(`${home}/payments/${told}`)
    await press('Its events')
    await browser.at(new RegExp(`/events\\?related=${told}$`))
    await says('payment_intent.succeeded')
    expect(await said()).not.toContain('$99.99')
    await merchant('DELETE', `/v1/webhook_endpoints/${endpoint.id}`)
  })

  test('nothing left the origin, no policy was broken, and no secret is within reach of a script', async () => {
    await expectNothingLeaked(browser, platform.url)
  })
})

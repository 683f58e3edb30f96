import { randomUUID } from 'node:crypto'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pay, type Caller } from './api.ts'
import { atTheDashboard, callerOf, expectNothingLeaked, expectSoundPages } from './dashboard.fixture.ts'
import { micro, removeTemporaryDirectories, temporaryDirectory, type Micro } from './harness.ts'
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

describe.skipIf(!browserAvailable())('events and webhooks at the dashboard', () => {
  let browser: TestBrowser
  let merchant: Caller
  let endpoint: string
  let delivery: string
  const { said, says, press, fill, confirm, enter } = atTheDashboard(() => browser)
  /** The texts of the rows of a list, by its name. */
  const rows = (list: string) =>
    browser.evaluate<string[]>(
      `[...document.querySelectorAll('[aria-label="${list}"] > li')].map((row) => row.innerText)`,
    )
  const idAt = async (page: string, prefix: string): Promise<string> => {
    const url = await browser.at(new RegExp(`/dashboard/${page}/${prefix}_\\w+`))
    return new RegExp(`${prefix}_\\w+`).exec(url)?.[0] ?? ''
  }
  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  test('without an endpoint two ways to one are shown, and its secret is shown once', async () => {
    await browser.open(`${home}/register?next=/webhooks`)
    await enter(person)
    await browser.at(/\/dashboard\/webhooks$/)
    await says('./micro listen --forward-to')
    await press('Create an endpoint')
    await browser.type('dialog input[name=url]', server.url)
    await press('Create endpoint')
    await says('Here is your signing secret, this once')
    const secret = await browser.evaluate<string>(`document.querySelector('dialog code').innerText`)
    expect(secret).toMatch(/^whsec_/)
    await press('I have kept it')
    await says('all but the ledger’s')
    expect(await browser.evaluate('document.body.innerHTML')).not.toContain(secret)
    await press(server.url)
    endpoint = await idAt('webhooks', 'we')
    merchant = await callerOf(platform.url, person)
  })

  test('what is entered wrong is told, with what to do', async () => {
    await browser.open(`${home}/webhooks?new=true`)
    await browser.type('dialog input[name=url]', 'http://10.0.0.1/webhook')
    await press('Create endpoint')
    await says('Nothing can be sent to this URL')
  })

  test('a payment shows live, on top, with what it is about', async () => {
    await browser.open(`${home}/events`)
    await says('Nothing has happened yet')
    await says('Up to date')
    await pay(merchant, 4200)
    await says('payment_intent.succeeded')
    await says('$42.00 USD')

    // Who reads further down keeps the line; what is new waits until it is asked for.
    for (let count = 0; count < 8; count++) await pay(merchant, 4300)
    await eventually(async () => expect((await rows('Events, newest first')).length).toBeGreaterThan(20))
    await browser.evaluate('scrollTo({ top: 300 })')
    const top = () =>
      browser.evaluate<string>(`document.querySelector('[aria-label="Events, newest first"] > li a').href`)
    const before = await top()
    await pay(merchant, 4400)
    await says('new events')
    expect(await top()).toBe(before)
    const shows = `[...document.querySelectorAll('button')].find((each) => /^Show \\d+ new events?$/.test(each.innerText))`
    expect(await browser.evaluate(`${shows}.getBoundingClientRect().top`)).toBeGreaterThanOrEqual(0)
    await browser.evaluate(`${shows}.click()`)
    await says('$44.00 USD')
    expect(await top()).not.toBe(before)
  })

  test('the type stands in the address, and the list pages through what it leaves', async () => {
    await browser.open(`${home}/events`)
    await fill('Type', 'charge.*')
    await browser.at(/\/events\?type=charge\.\*$/)
    await says('charge.succeeded')
    await eventually(async () => expect((await rows('Events, newest first')).join()).not.toContain('payment_intent.'))
    await browser.open(`${home}/events`)
    await press('Older')
    await browser.at(/after=evt_/)
    await says('These are older events.')
    await says('$42.00 USD')
    await press('Newest')
    await says('$44.00 USD')
  })

  test('an event tells what changed, what it is about, and to whom it was sent', async () => {
    const paid = await pay(merchant, 5100)
    await merchant('POST', '/v1/refunds', { body: { payment_intent: paid.body.id, amount: 100 } })
    const refunded = await eventually(async () => {
      const [event] = (await merchant('GET', '/v1/events?type=charge.refunded')).body.data
      if (event === undefined) throw new Error('not told yet')
      return event.id
    })
    await browser.open(`${home}/events/${refunded}`)
    await says('What changed')
    const changed = await browser.evaluate<string[]>(
      `[...document.querySelectorAll('main tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText).join(' → '))`,
    )
    expect(changed).toContain('amount_refunded → 0 → 100')
    await says(server.url)
    await press(paid.body.id)
    await browser.at(new RegExp(`/dashboard/payments/${paid.body.id}$`))
  })

  test('a delivery that fails says why; mended, it is sent again and gets through', async () => {
    await browser.open(`${home}/webhooks/${endpoint}`)
    await says('Failing')
    await says('last answer 500; next try in')
    const [failing] = (await merchant('GET', `/events/deliveries?webhook_endpoint=${endpoint}`)).body.data
    delivery = failing?.id ?? ''
    await browser.open(`${home}/deliveries/${delivery}`)
    await says('Answer: 500')
    await says('it broke')
    await says('Stripe-Signature: t=')

    server.answer(200)
    await press('Resend')
    await says('Delivered')
    await says('resent by somebody')
    await says('Answer: 200')
    const { body } = await merchant('GET', `/events/deliveries/${delivery}`)
    expect(body).toMatchObject({ status: 'delivered', last_status: 200 })
  })

  test('a test event shows its result in place', async () => {
    await browser.open(`${home}/webhooks/${endpoint}`)
    server.answer(503)
    await press('Send test event')
    await says('Not delivered')
    await says('Answer: 503')
    server.answer(200)
    await press('Send test event')
    await says('Answer: 200')
  })

  test('what an endpoint missed is counted before it is sent again', async () => {
    await browser.open(`${home}/webhooks/${endpoint}`)
    await press('Disable')
    await confirm()
    await says('Somebody disabled it.')
    const paid = (await pay(merchant, 6100)).body.id
    const told = async () =>
      (await merchant('GET', '/v1/events?type=payment_intent.succeeded')).body.data.map(({ data }) => data.object.id)
    await eventually(async () => expect(await told()).toContain(paid))
    await press('Enable')
    await confirm()
    await press('Resend several')
    await fill('What', 'missing')
    await press('Count them')
    await says('would be sent.')
    expect(server.received.map(({ event }) => event.data.object.id)).not.toContain(paid)
    await confirm()
    await eventually(() => expect(server.received.map(({ event }) => event.data.object.id)).toContain(paid), {
      timeoutMs: 60_000,
    })
  })

  test('the secret is rotated and shown once, and what is sent is changed', async () => {
    await browser.open(`${home}/webhooks/${endpoint}`)
    await press('Rotate secret')
    await browser.click('dialog button[type=submit]')
    await says('Here is your new signing secret, this once')
    await press('I have kept it')
    await says('Old secret signs until')

    await press('Change')
    await says('Change this endpoint')
    await browser.evaluate(
      `[...document.querySelectorAll('dialog label')].find((each) => each.innerText === 'All of them but the ledger’s').click()`,
    )
    await says('Choose one at least.')
    await browser.evaluate(
      `[...document.querySelectorAll('dialog label')].find((each) => each.innerText === 'charge.*').click()`,
    )
    await press('Save')
    await eventually(async () =>
      expect((await merchant('GET', `/v1/webhook_endpoints/${endpoint}`)).body).toMatchObject({
        enabled_events: ['charge.*'],
      }),
    )
  })

  test('no page has a serious fault that axe knows of, wide or narrow, light or dark', async () => {
    const pages = {
      events: '/events',
      event: `/events/${(await merchant('GET', '/v1/events?type=charge.refunded')).body.data[0]?.id}`,
      webhooks: '/webhooks',
      creating: '/webhooks?new=true',
      endpoint: `/webhooks/${endpoint}`,
      delivery: `/deliveries/${delivery}`,
      none: '/webhooks?mode=live',
    }
    await expectSoundPages(browser, { home, pages, pictures: await temporaryDirectory() })
    // Thirty times a whole page, by a browser that shares its machine with everything else.
  }, 400_000)

  test('an endpoint is deleted once that is confirmed', async () => {
    await browser.open(`${home}/webhooks/${endpoint}`)
    await press('Delete')
    await says('This cannot be taken back')
    await press('Delete endpoint')
    await browser.at(/\/dashboard\/webhooks$/)
    await says('No test endpoint yet')
    expect(await said()).not.toContain(server.url)
  })

  test('nothing left the origin, no policy was broken, and no secret is within reach of a script', async () => {
    await expectNothingLeaked(browser, platform.url)
  })
})

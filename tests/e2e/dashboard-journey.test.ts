import { randomUUID } from 'node:crypto'
import { browserAvailable, startBrowser } from '@micro/testing'
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { caller, pay } from './api.ts'
import { atTheDashboard, expectNothingLeaked } from './dashboard.fixture.ts'
import { micro, removeTemporaryDirectories, type Micro } from './harness.ts'
import { receiver, type Receiver } from './listener.ts'

// Nothing is asked with it: it checks signatures.
const stripe = new Stripe('sk_test_unused')

let platform: Micro
let server: Receiver
beforeAll(async () => {
  server = await receiver(500)
  platform = await micro()
}, 180_000)
afterAll(async () => {
  await platform?.stop()
  server?.close()
  await removeTemporaryDirectories()
})

test.skipIf(!browserAvailable())(
  'from signing up to a webhook that gets through: all of the first hour is done at the pages',
  async () => {
    await using browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
    const { says, press, enter } = atTheDashboard(() => browser)

    // Whoever opens the gateway's address comes to the dashboard.
    await browser.open(`${platform.url}/`)
    await press('Register')
    await browser.at(/\/dashboard\/register/)
    await enter({ email: `grace-${randomUUID()}@shop.test`, password: 'securepassword' })
    await says('No payments yet: make the first')

    await press('API keys')
    await press('New test key')
    await browser.type('dialog input', 'the shop')
    await press('Create key')
    await says('Here is your key, this once')
    const shop = caller(platform.url, await browser.evaluate<string>(`document.querySelector('dialog code').innerText`))
    await press('I have kept it')

    await press('Webhooks')
    await press('Create an endpoint')
    await browser.type('dialog input[name=url]', server.url)
    await press('Create endpoint')
    await says('Here is your signing secret, this once')
    const secret = await browser.evaluate<string>(`document.querySelector('dialog code').innerText`)
    await press('I have kept it')

    // The shop takes money with its key, and the page shows it by itself.
    await press('Payments')
    await says('Up to date')
    const { id } = (await pay(shop, 4200)).body
    await says('$42.00 USD')
    await press(id)
    await browser.at(new RegExp(`/dashboard/payments/${id}$`))
    await says('Charged $42.00 USD')
    await press('Refund')
    await press('Refund $42.00 USD')
    await says('Refund of $42.00 USD succeeded')

    await press(`Payment ${id}`)
    await browser.at(/\/ledger\/transactions\/ltx_/)
    await says('Balanced')

    await press('Ledger')
    await says('Trial balance')
    await says('Balanced')

    await press('Webhooks')
    await press(server.url)
    await says('Failing')
    await says('last answer 500')
    server.answer(200)
    await press('Resend')
    await says('Delivered')
    const last = server.received.at(-1)
    const signature = String(last?.headers['stripe-signature'])
    expect(stripe.webhooks.constructEvent(last?.body ?? '', signature, secret)).toMatchObject({ object: 'event' })
    await expectNothingLeaked(browser, platform.url)
  },
  240_000,
)

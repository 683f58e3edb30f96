import { randomUUID } from 'node:crypto'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, pay, type Caller } from './api.ts'
import { atTheDashboard, callerOf, expectNothingLeaked, expectSoundPages } from './dashboard.fixture.ts'
import { micro, removeTemporaryDirectories, temporaryDirectory, type Micro } from './harness.ts'

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

describe.skipIf(!browserAvailable())('the dashboard in a browser', () => {
  let browser: TestBrowser
  const { said, says, press, enter } = atTheDashboard(() => browser)
  let merchant: Caller
  let paid: string
  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  test('somebody registers, sees a payment as it is made, and refunds it', async () => {
    await browser.open(`${home}/`)
    await browser.at(/\/dashboard\/sign-in/)
    await press('Register')
    await browser.at(/\/dashboard\/register/)
    await enter(person)
    await says('No payments yet: make the first')
    await says('./micro payments create')
    await says('Up to date')

    merchant = await callerOf(platform.url, person)
    paid = (await pay(merchant, 5000)).body.id
    // Nobody loads the page again.
    await says('payment_intent.succeeded')
    await says('$50.00 USD')
    await press(paid)
    await browser.at(new RegExp(`/dashboard/payments/${paid}$`))
    for (const text of ['Charged $50.00 USD', 'sys_merchant_balance_usd', 'charge.succeeded']) await says(text)

    // Each thing leads to what it came from.
    await browser.evaluate(`document.querySelectorAll('main details').forEach((each) => (each.open = true))`)
    await browser.click(`main li a[href^='#at-ch_']`)
    await eventually(async () =>
      expect(await browser.evaluate(`document.querySelector(':target').innerText`)).toContain('Charged $50.00 USD'),
    )
    await press('Refund')
    await says('Refund this payment?')
    await press('Refund $50.00 USD')
    await says('Refund of $50.00 USD succeeded')
    const { body } = await merchant('GET', `/v1/refunds?payment_intent=${paid}`)
    expect(body.data).toMatchObject([{ amount: 5000, status: 'succeeded', reason: 'requested_by_customer' }])
  })

  test('a payment that is only authorised can be captured in part, and another canceled', async () => {
    const authorised = async (): Promise<string> => {
      const body = {
        amount: 3000,
        currency: 'eur',
        capture_method: 'manual',
        confirm: true,
        payment_method: 'pm_card_visa',
      }
      return (await merchant('POST', '/v1/payment_intents', { body })).body.id
    }
    await browser.open(`${home}/payments/${await authorised()}`)
    await press('Capture')
    await browser.evaluate(`document.querySelector('dialog input').select()`)
    await browser.type('dialog input', '12.50')
    await press('Capture €12.50 EUR')
    await says('Succeeded')
    await says('€12.50 EUR')

    await browser.open(`${home}/payments/${await authorised()}`)
    await press('Cancel')
    await press('Cancel the payment')
    await says('Payment canceled')
  })

  test('a test payment that is declined says why, in plain words', async () => {
    await browser.open(`${home}/payments?new=true`)
    await says('Too little money')
    await browser.evaluate(
      `[...document.querySelectorAll('dialog label')].find((each) => each.innerText.includes('Too little money')).click()`,
    )
    await press('Pay $20.00 USD')
    await browser.at(/\/dashboard\/payments\/pi_/)
    await says('There is not enough money on the card.')
  })

  test('filters stand in the address, and the list pages through what they leave', async () => {
    for (let count = 0; count < 21; count++)
      await merchant('POST', '/v1/payment_intents', { body: { amount: 700 + count, currency: 'gbp' } })
    await browser.open(`${home}/payments?currency=gbp&amount_min=701`)
    await says('£7.20 GBP')
    expect(await said()).not.toContain('£7.00 GBP')
    await browser.open(`${home}/payments?currency=gbp`)
    await press('Older')
    await browser.at(/page=/)
    await says('£7.00 GBP')
    expect(await said()).not.toContain('£7.20 GBP')
    await press('Newest')
    await says('£7.20 GBP')
  })

  test('a key is shown once, works, is rolled, and stops when it is revoked', async () => {
    await browser.open(`${home}/keys`)
    await press('New test key')
    await browser.type('dialog input', 'the shop')
    await press('Create key')
    await says('Here is your key, this once')
    const shown = () => browser.evaluate<string>(`document.querySelector('dialog code').innerText`)
    const key = await shown()
    const answers = async (credential: string) => (await caller(platform.url, credential)('GET', '/v1/balance')).status
    expect(await answers(key)).toBe(200)
    await press('I have kept it')
    await says('the shop')
    expect(await browser.evaluate('document.body.innerHTML')).not.toContain(key)

    await press('Roll')
    await press('Roll key')
    await says('Here is your key, this once')
    const successor = await shown()
    await press('I have kept it')
    expect([successor === key, await answers(successor)]).toEqual([false, 200])
    await press('Revoke')
    await says(`sk_test_…${successor.slice(-4)}?`)
    await press('Revoke key')
    await eventually(async () => expect(await answers(successor)).toBe(401), { timeoutMs: 60_000 })
  })

  test('what is live is kept apart from what is not', async () => {
    await browser.open(`${home}/payments/${paid}`)
    await says('Test mode.')
    await press('Live')
    await says('Live mode. This is real money.')
    await says('No live payments yet')
    await browser.open(`${home}/payments/${paid}?mode=live`)
    await says('There is nothing under this id')
  })

  test('no page has a serious fault that axe knows of, wide or narrow, light or dark', async () => {
    const pictures = await temporaryDirectory()
    const pages = {
      home: '/',
      payments: '/payments?status=succeeded',
      payment: `/payments/${paid}`,
      new: '/payments?new=true',
      keys: '/keys',
      door: '/sign-in',
      registering: '/register',
      live: '/?mode=live',
    }
    await expectSoundPages(browser, { home, pages, pictures })
    // Thirty times a whole page, by a browser that shares its machine with everything else.
  }, 400_000)

  test('who could not be signed out is told so, and who signs out is out', async () => {
    await browser.open(`${home}/`)
    await press(person.email)
    await browser.evaluate('void (globalThis.kept = fetch, globalThis.fetch = () => Promise.reject(new Error("no")))')
    await press('Sign out')
    await says('You are still signed in.')
    await browser.evaluate('void (globalThis.fetch = kept)')
    await press('Sign out')
    await browser.at(/\/dashboard\/sign-in$/)
    await browser.open(`${home}/payments/${paid}`)
    await browser.at(/\/dashboard\/sign-in/)
    await enter(person)
    await browser.at(new RegExp(`/dashboard/payments/${paid}$`))
  })

  test('nothing left the origin, no policy was broken, and no secret is within reach of a script', async () => {
    await expectNothingLeaked(browser, platform.url)
  })
})

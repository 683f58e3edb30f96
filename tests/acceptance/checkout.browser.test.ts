import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { browserAvailable, startBrowser, type TestBrowser } from '@micro/testing'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAcceptance, type Acceptance } from './sdk.fixture.ts'

describe.skipIf(!browserAvailable())('a buyer with a browser', () => {
  let sdk: Acceptance
  let browser: TestBrowser
  let shop: Server
  let shopUrl: string
  beforeAll(async () => {
    sdk = await openAcceptance()
    browser = await startBrowser()
    shop = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>Shop</title>'))
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
  }, 180_000)
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    shop?.close()
    await sdk?.stop()
  })

  const create = (): Promise<Stripe.Checkout.Session> =>
    sdk.mine.stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: `${shopUrl}/thanks?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${shopUrl}/cart`,
      line_items: [
        {
          price_data: { currency: 'usd', unit_amount: 1999, product_data: { name: 'A hat of straw' } },
          quantity: 2,
        },
        { price_data: { currency: 'usd', unit_amount: 700, product_data: { name: 'Ribbon' } } },
      ],
    })
  const fill = async (card: string): Promise<void> => {
    const values = { email: 'ada@example.com', card_number: card, expiry: '12 / 34', cvc: '314', name: 'Ada Lovelace' }
    for (const [name, value] of Object.entries(values)) {
      await browser.evaluate(`document.getElementById('${name}').value = ''`)
      await browser.type(`#${name}`, value)
    }
    await browser.click('button')
  }
  const thanks = ({ id }: { id: string }) => new RegExp(`^${shopUrl}/thanks\\?session=${id}$`)

  test('sees a page in its own style, corrects what was wrong, and comes back to the shop', async () => {
    const session = await create()
    await browser.open(session.url ?? '')
    await browser.at(/\/checkout\/pay\//)
    const radius = await browser.evaluate<string>(`getComputedStyle(document.querySelector('button')).borderRadius`)
    expect(radius).toBe('8px')
    for (const width of [320, 1200])
      for (const dark of [false, true]) {
        await browser.look({ width, dark })
        expect(await browser.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true)
      }
    await fill('4000000000009995')
    await browser.at(/\/checkout\/pay\//)
    await expect
      .poll(() => browser.evaluate(`document.querySelector('[role=alert], .wrong')?.textContent`))
      .toContain('insufficient funds')
    await fill('4242424242424242')
    await browser.at(thanks(session))
    expect((await sdk.mine.stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe('paid')
    expect(browser.complaints.filter((text) => /policy|refused/i.test(text))).toEqual([])
  })

  test('passes 3-D Secure on the way', async () => {
    const session = await create()
    await browser.open(session.url ?? '')
    await browser.at(/\/checkout\/pay\//)
    await fill('4000002760003184')
    await browser.at(/\/payments\/authenticate\//)
    await browser.click('button[value=complete]')
    await browser.at(thanks(session))
    expect((await sdk.mine.stripe.checkout.sessions.retrieve(session.id)).status).toBe('complete')
    expect(browser.complaints.filter((text) => /policy|refused/i.test(text))).toEqual([])
  })
})

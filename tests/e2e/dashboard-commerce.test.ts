import { randomUUID } from 'node:crypto'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from './api.ts'
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

describe.skipIf(!browserAvailable())('customers, disputes, payouts and products at the dashboard', () => {
  let browser: TestBrowser
  let merchant: Caller
  let customer: string
  let product: string
  let paid: string
  let dispute: string
  let payout: string
  const { said, says, press, fill, confirm, enter } = atTheDashboard(() => browser)
  const idAt = async (page: string): Promise<string> => {
    const pattern = new RegExp(`/dashboard/${page}/(\\w+)`)
    return pattern.exec(await browser.at(pattern))?.[1] ?? ''
  }
  const charge = async (body: object): Promise<string> => {
    const paying = { amount: 5000, currency: 'usd', confirm: true, payment_method: 'pm_card_visa', ...body }
    return (await merchant('POST', '/v1/payment_intents', { body: paying })).body.id
  }
  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
    await browser.open(`${home}/register`)
    await enter(person)
    await says('No payments yet: make the first')
    merchant = await callerOf(platform.url, person)
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  test('where nothing is yet each page says what to do', async () => {
    for (const [page, text] of [
      ['customers', 'Create a customer'],
      ['disputes', 'pay with the test card called “Disputed”'],
      ['payouts', 'What is available can be paid out'],
      ['products', 'Create a product'],
    ] as const) {
      await browser.open(`${home}/${page}`)
      await says(text)
    }
    await browser.open(`${home}/payouts?new=true`)
    await says('./micro clock advance')
  })

  test('a customer is created, changed, gets a card, and is found by part of a name', async () => {
    await browser.open(`${home}/customers`)
    await press('New test customer')
    await fill('Name', 'Grace Hopper')
    await fill('Email', 'grace@shop.test')
    await press('Create customer')
    customer = await idAt('customers')
    await says('Grace Hopper')
    await press('Change')
    await fill('Phone', '+1 555 0100')
    await fill('Email', '')
    await confirm()
    await says('+1 555 0100')
    expect((await merchant('GET', `/v1/customers/${customer}`)).body).toMatchObject({
      phone: '+1 555 0100',
      email: null,
    })

    await press('Add a test card')
    await confirm()
    await says('visa ···· 4242')
    const [method] = (await merchant('GET', `/v1/customers/${customer}/payment_methods`)).body.data
    paid = await charge({ customer, payment_method: method?.id, metadata: { order: '7' } })
    // Nobody loads the page again.
    await says('$50.00 USD')
    await press('Remove')
    await confirm()
    await says('A payment with setup_future_usage keeps the card')

    await merchant('POST', '/v1/customers', { body: { name: 'Alan Turing' } })
    await browser.open(`${home}/customers`)
    await says('Alan Turing')
    await fill('Search by email, name or id', 'hopp')
    await press('Search')
    await browser.at(/q=hopp/)
    await eventually(async () => expect(await said()).not.toContain('Alan Turing'))
    await press('Grace Hopper')
    await browser.at(new RegExp(`/customers/${customer}$`))
  })

  test('a dispute is answered with evidence, in time, and what moved in money is told', async () => {
    const disputed = await charge({ payment_method: 'pm_card_createDispute' })
    dispute = await eventually(async () => {
      const [found] = (await merchant('GET', `/v1/disputes?payment_intent=${disputed}`)).body.data
      if (found === undefined) throw new Error('not disputed yet')
      return found.id
    })
    await browser.open(`${home}/disputes`)
    await says('Needs your answer')
    await says('days left')
    await press('$50.00 USD')
    await browser.at(new RegExp(`/disputes/${dispute}$`))
    await says('-$65.00 USD')
    await fill('What it was', 'A chair')
    await says('Not kept yet.')
    await press('Keep as draft')
    await says('Kept.')
    await browser.open(`${home}/disputes/${dispute}`)
    await fill('Anything else that speaks for you', 'winning_evidence')
    await press('Hand in')
    await confirm()
    // The simulated bank decides within moments.
    await says('The bank decided for you')
    await says('Dispute, given back')
    await says('A chair')
    const { body } = await merchant('GET', `/v1/disputes/${dispute}`)
    expect(body).toMatchObject({ status: 'won', evidence: { product_description: 'A chair' } })

    await browser.open(`${home}/payments/${disputed}`)
    await press('Disputed: $50.00 USD')
    await browser.at(new RegExp(`/disputes/${dispute}$`))
  })

  test('a dispute is accepted once that is confirmed', async () => {
    const disputed = await charge({ payment_method: 'pm_card_createDispute', amount: 3300 })
    await browser.open(`${home}/disputes`)
    await press('$33.00 USD')
    await press('Accept the dispute')
    await says('This is final.')
    await confirm()
    await says('The money stays with the holder of the card')
    const [found] = (await merchant('GET', `/v1/disputes?payment_intent=${disputed}`)).body.data
    expect(found?.status).toBe('lost')
  })

  test('what is available is paid out, canceled in time, and arrives or does not', async () => {
    await charge({ payment_method: 'pm_card_bypassPending', amount: 90_000 })
    await charge({ payment_method: 'pm_card_bypassPending', amount: 5_000, currency: 'jpy' })
    await browser.open(`${home}/payouts`)
    // Both are available once the ledger has them; nobody loads the page again.
    await says('$810.60 USD')
    await says('¥')
    await press('New test payout')
    await fill('Currency', 'usd')
    await fill('Amount in USD', '12.34')
    await press('Pay out $12.34 USD')
    payout = await idAt('payouts')
    await says('-$12.34 USD')
    await press('Cancel')
    await confirm()
    await says('It was canceled, and the money is in the balance again.')
    await says('Canceled payout')

    await browser.open(`${home}/payouts?new=true`)
    await fill('Currency', 'usd')
    await fill('Amount in USD', '20.00')
    await fill('Test bank', 'btok_us_accountClosed')
    await press('Pay out $20.00 USD')
    payout = await idAt('payouts')
    await merchant('POST', '/v1/test_helpers/clock/advance', { body: { advance_by: 7 * 24 * 3_600 } })
    await says('The bank account has been closed.')
    await says('Failed payout')
    await press('All that was told of it')
    await says('payout.failed')
    await browser.open(`${home}/payouts?status=failed`)
    await eventually(async () => expect(await said()).toContain('$20.00 USD'))
  })

  test('a product is created with a price, gets another one, and is bought at a test checkout', async () => {
    await browser.open(`${home}/products?new=true`)
    await fill('Name', 'Chair')
    await fill('Price', '49.90')
    await press('Create product')
    product = await idAt('products')
    await says('$49.90 USD')
    await press('New price')
    await fill('Currency', 'kwd')
    await fill('Price', '1.990')
    await confirm()
    await says('1.990')
    // Of the newest price, which stands first.
    await press('Test checkout')
    await says('A test checkout page is ready')
    const page = await browser.evaluate<string>(`document.querySelector('dialog a[target=_blank]').href`)
    expect(page.startsWith(`${platform.url}/`)).toBe(true)
    const [session] = (await merchant('GET', '/v1/checkout/sessions')).body.data
    expect(session).toMatchObject({ url: page, amount_total: 1990, currency: 'kwd' })
    await press('Back')

    await press('Make default')
    await confirm()
    await eventually(async () =>
      expect((await merchant('GET', `/v1/products/${product}`)).body['default_price']).toBe(
        (await merchant('GET', `/v1/prices?product=${product}`)).body.data[0]?.id,
      ),
    )
    await browser.evaluate(
      `[...document.querySelectorAll('h1 ~ div button')].find((each) => each.innerText === 'Archive').click()`,
    )
    await confirm()
    await says('Restore')
    await browser.open(`${home}/products`)
    await says('Create a product')
    await press('Archived')
    await press('Chair')
    await browser.at(new RegExp(`/products/${product}$`))
  })

  test('every page is found among the commands, and an id opens its own', async () => {
    await browser.open(`${home}/`)
    for (const [typed, address] of [
      ['go customers', /\/customers$/],
      ['go disputes', /\/disputes$/],
      ['go payouts', /\/payouts$/],
      ['go products', /\/products$/],
      ['new product', /\/products\?new=true$/],
      [customer, /\/customers\/cus_/],
      [dispute, /\/disputes\/dp_/],
      [payout, /\/payouts\/po_/],
      [product, /\/products\/prod_/],
    ] as const) {
      await browser.open(`${home}/keys`)
      await says('API keys')
      await browser.evaluate(
        `document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }))`,
      )
      await browser.type('dialog input', typed)
      await browser.click('dialog [role=option]')
      await browser.at(address)
    }
  })

  test('no page has a serious fault that axe knows of, wide or narrow, light or dark', async () => {
    const open = await charge({ payment_method: 'pm_card_createDispute', amount: 7700 })
    const unanswered = await eventually(async () => {
      const [found] = (await merchant('GET', `/v1/disputes?payment_intent=${open}`)).body.data
      if (found === undefined) throw new Error('not disputed yet')
      // Within the second in which it began there are seven whole days.
      expect((await merchant('GET', '/v1/test_helpers/clock')).body['now']).toBeGreaterThan(Number(found['created']))
      return found.id
    })
    // By the merchant's clock, which was put forward.
    await browser.open(`${home}/disputes/${unanswered}`)
    await says('6 days left')
    const pages = {
      payments: '/payments?metadata=order%3D7',
      story: `/payments/${paid}`,
      customers: '/customers',
      customer: `/customers/${customer}`,
      creating: '/customers?new=true',
      disputes: '/disputes',
      dispute: `/disputes/${unanswered}`,
      won: `/disputes/${dispute}`,
      payouts: '/payouts',
      paying: '/payouts?new=true',
      payout: `/payouts/${payout}`,
      products: '/products?archived=true',
      product: `/products/${product}`,
      selling: '/products?new=true',
      related: `/events?related=${paid}`,
      live: '/payouts?mode=live',
    }
    await expectSoundPages(browser, { home, pages, pictures: await temporaryDirectory() })
    // Nor does any reach beyond the narrowest screen.
    await browser.look({ width: 360, dark: false })
    for (const path of Object.values(pages)) {
      await browser.open(home + path)
      await eventually(async () => {
        expect(await browser.evaluate(`document.querySelectorAll('[role=status][aria-label]').length`)).toBe(0)
        expect(await browser.evaluate(`document.querySelectorAll('h1').length`)).toBe(1)
      })
      expect([path, await browser.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 360])
    }
    await browser.look({ width: 1280, dark: false })
    // Sixty times a whole page, by a browser that shares its machine with everything else.
  }, 600_000)

  test('a customer is deleted once that is confirmed, and what they paid stays', async () => {
    await browser.open(`${home}/customers/${customer}`)
    await press('Delete')
    await says('Their payments stay.')
    await confirm()
    await says('Deleted customer')
    await says('$50.00 USD')
  })

  test('nothing left the origin, no policy was broken, and no secret is within reach of a script', async () => {
    await expectNothingLeaked(browser, platform.url)
  })
})

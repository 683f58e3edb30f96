import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, pay, type Caller } from './api.ts'
import { atTheDashboard, expectNothingLeaked, expectSoundPages } from './dashboard.fixture.ts'
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

describe.skipIf(!browserAvailable())('money at a glance, and what is done with it, at the dashboard', () => {
  let browser: TestBrowser
  let merchant: Caller
  let endpoint: string
  const { said, says, press, enter } = atTheDashboard(() => browser)
  const post = async (path: string, body: object) => {
    const answer = await merchant('POST', path, { body })
    expect([path, answer.status, answer.body.error]).toEqual([path, expect.toSatisfy((at) => at < 300), undefined])
    return answer.body
  }
  const patiently = { timeoutMs: 60_000 } as const
  /** Says yes to the question that is asked, which is over once it is done. */
  const confirm = async (): Promise<void> => {
    await browser.click('dialog button[type=submit]')
    await eventually(
      async () => expect(await browser.evaluate(`document.querySelector('dialog')`)).toBeNull(),
      patiently,
    )
  }
  /** Types into the field that has this label, in place of what is there. */
  const fill = async (label: string, text: string): Promise<void> => {
    await eventually(
      () =>
        browser.evaluate(`(() => {
          const field = [...document.querySelectorAll('label')].find((each) => each.innerText === '${label}').control
          document.querySelector('[data-filled]')?.removeAttribute('data-filled')
          field.dataset.filled = ''
          field.focus()
          field.select()
        })()`),
      patiently,
    )
    await browser.type('[data-filled]', text)
  }
  const isDisabled = (name: string) =>
    browser.evaluate<boolean>(
      `[...document.querySelectorAll('button')].find((each) => each.innerText.trim() === '${name}').disabled`,
    )
  /** The text of each cell of the rows of a table's body, by how the table is called; none where there is no such table. */
  const cells = (caption: string) =>
    browser.evaluate<string[][]>(`[...document.querySelectorAll('table')]
      .filter((each) => each.caption?.innerText.includes('${caption}'))
      .flatMap((table) => [...table.tBodies[0].rows])
      .map((row) => [...row.cells].map((cell) => cell.innerText))`)

  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
    const registered = await newMerchant(platform.url)
    merchant = registered.test
    await browser.open(`${home}/`)
    await browser.at(/\/dashboard\/sign-in/)
    await enter(registered)
    await says('No payments yet: make the first')
    endpoint = (await post('/v1/webhook_endpoints', { url: server.url, enabled_events: ['charge.succeeded'] })).id
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  test('volume, refunds, fees and success show as they happen, by currency, which stands in the address', async () => {
    await browser.open(`${home}/ledger/flow`)
    await says('Nothing moved (30 days).')
    await browser.open(`${home}/`)
    await says('Up to date')
    for (const amount of [10_000, 5000]) await pay(merchant, amount)
    const { id: refunded } = (await pay(merchant, 2000)).body
    await post('/v1/refunds', { payment_intent: refunded, amount: 500 })
    await merchant('POST', '/payments/payment_intents', {
      body: { amount: 700, currency: 'usd', confirm: true, payment_method: 'pm_card_chargeDeclined' },
    })
    await merchant('POST', '/payments/payment_intents', { body: { amount: 1500, currency: 'jpy', confirm: true } })
    await merchant('POST', '/payments/payment_intents', { body: { amount: 2750, currency: 'kwd', confirm: true } })
    // Nobody loads the page again.
    for (const text of ['$170.00 USD', '$5.00 USD', '3 paid, 1 declined', '75 %']) await says(text)
    await browser.click('main details > summary')
    const fees = 10_000 * 0.029 + 5000 * 0.029 + 2000 * 0.029 + 90
    const [row] = await cells('What payments in USD came to')
    expect(row?.slice(1, 5)).toEqual(['$170.00 USD', '$5.00 USD', '$0.00 USD', `$${(fees / 100).toFixed(2)} USD`])

    await press('JPY')
    await browser.at(/currency=jpy/)
    await says('¥1,500 JPY')
    await press('KWD')
    await says('2.750')
    await press('Today')
    await browser.at(/period=today/)
    expect(await browser.evaluate('location.search')).toContain('currency=kwd')
    await says('The numbers, hour by hour')
    // Charts are drawn, and say what they show.
    await eventually(
      async () =>
        expect(
          await browser.evaluate<string[]>(
            `[...document.querySelectorAll('[role=img]')].map((each) => each.ariaLabel + ' ' + each.querySelectorAll('canvas').length)`,
          ),
        ).toEqual([
          'Volume in KWD, hour by hour 1',
          'Balance in KWD, hour by hour 1',
          'Success rate in percent, hour by hour 1',
          'Refunds in KWD, hour by hour 1',
          'Fees in KWD, hour by hour 1',
        ]),
      patiently,
    )
    await browser.open(`${home}/?mode=live`)
    await says('No live payments yet')
    expect(await said()).not.toContain('$170.00')
  })

  test('figures go by the merchant’s clock, which may be ahead', async () => {
    await post('/v1/test_helpers/clock/advance', { advance_by: 5 * 86_400 })
    await pay(merchant, 900)
    await browser.open(`${home}/?period=today`)
    await says('$9.00 USD')
    expect(await said()).not.toContain('$170.00')
    await press('7 days')
    await says('$179.00 USD')
  })

  test('where money went is drawn, and stands beside it in numbers that come to the same', async () => {
    await browser.open(`${home}/ledger/flow`)
    await says('Payments, less fees')
    await says('Refunds')
    await eventually(async () => {
      const amounts = (await cells('Where money went, in USD')).map((row) => row.at(-1) ?? '')
      const cents = amounts.map((text) => Math.round(Number(text.replaceAll(/[^\d.]/g, '')) * 100))
      // Each payment, and each refund.
      expect(cents.reduce((sum, each) => sum + each, 0)).toBe(17_900 + 500)
      expect(await said()).toContain('$184.00 USD')
    }, patiently)
    const bands = () => browser.evaluate<number>(`document.querySelectorAll('main svg path').length`)
    expect(await bands()).toBe((await cells('Where money went, in USD')).length)
    const names = await browser.evaluate<string>(`document.querySelector('main svg').textContent`)
    for (const name of ['Processor', 'Merchant', 'Fees', '↩']) expect(names).toContain(name)
    await press('JPY')
    await browser.at(/currency=jpy/)
    await says('¥1,500 JPY')
    await browser.open(`${home}/ledger/flow?mode=live`)
    await says('Nothing moved (30 days). Choose a longer period.')
  })

  test('a transaction is written by hand, tried before it is recorded, and reversed once', async () => {
    for (const [id, type] of [
      ['till', 'asset'],
      ['sales', 'revenue'],
      ['tax', 'liability'],
    ])
      await post('/ledger/accounts', { id, name: `The ${id}`, type })
    await browser.open(`${home}/ledger/transactions`)
    await press('New transaction')
    await browser.at(/\/ledger\/transactions\/new$/)
    await says('Debits and credits have to come to the same.')
    await fill('Description', 'A cake')
    await fill('Account 1', 'sys_fee_revenue_usd')
    await says('Micro keeps this account for payments')
    await fill('Account 1', 'nobody')
    await fill('Amount 1', '12.00')
    await says('There is no such account in this mode.')
    await fill('Account 1', 'till')
    await fill('Account 2', 'sales')
    await fill('Amount 2', '10.00')
    await says('$2.00 USD to go')
    expect(await isDisabled('Try it')).toBe(true)
    await press('Add a line')
    await fill('Account 3', 'tax')
    await fill('Amount 3', '2.00')
    await says('The tax, available $0.00 USD')
    await eventually(async () => expect(await isDisabled('Try it')).toBe(false), patiently)
    await press('Try it')
    await says('Accounts afterwards')
    await says('Nothing is recorded yet.')
    expect(await said()).not.toContain('It is in the balances.')
    expect(await cells('What each account would have afterwards')).toEqual([
      ['till', '$12.00 USD'],
      ['sales', '$10.00 USD'],
      ['tax', '$2.00 USD'],
    ])
    // Nothing was recorded yet, and what is changed is tried anew.
    expect((await merchant('GET', '/ledger/transactions?account_id=till')).body.data).toEqual([])
    await fill('Description', 'A big cake')
    await says('Try it first')
    await press('Try it')
    await press('Record it')
    await browser.at(/\/ledger\/transactions\/ltx_/)
    await says('A big cake')
    const [recorded] = (await merchant('GET', '/ledger/transactions?account_id=till')).body.data
    expect(recorded).toMatchObject({ description: 'A big cake', status: 'recorded' })

    await press('Reverse')
    await says('Reverse this transaction?')
    await confirm()
    await says('Reversed by')
    expect(
      await browser.evaluate(`[...document.querySelectorAll('button')].some((each) => each.innerText === 'Reverse')`),
    ).toBe(false)
    const [reversal] = (await merchant('GET', '/ledger/transactions?account_id=till')).body.data
    expect(reversal).toMatchObject({ kind: 'reversal', reverses: recorded?.id })
    await press(String(reversal?.id))
    await says('A reversal stays')
  })

  test('what Micro keeps for payments cannot be reversed, and says what to do instead', async () => {
    const { data } = (await merchant('GET', '/ledger/transactions?account_id=sys_fee_revenue_usd')).body
    await browser.open(`${home}/ledger/transactions/${data[0]?.id}`)
    await says('refund the payment instead')
  })

  test('holds are captured in part and released, and show until when they hold', async () => {
    await browser.open(`${home}/ledger/holds`)
    await says('Nothing is held.')
    const entries = [
      { account_id: 'till', amount: '5000', direction: 'debit' },
      { account_id: 'sales', amount: '5000', direction: 'credit' },
    ]
    const ids: string[] = []
    for (const [at, rest] of [{ expires_in: 86_400 }, {}].entries())
      ids.push((await post('/ledger/holds', { reference_id: `room-${at}`, entries, ...rest })).id)
    await says('room-1')
    await says('never expires')
    await says('expires ')
    const at = (reference: string, button: string) =>
      eventually(
        () =>
          browser.evaluate(`[...[...document.querySelectorAll('[aria-label="Holds, newest first"] > li')]
            .find((row) => row.innerText.includes('${reference}')).querySelectorAll('button')]
            .find((each) => each.innerText === '${button}').click()`),
        patiently,
      )
    await at('room-0', 'Capture')
    await fill('Amount in USD', '60')
    await says('An amount up to $50.00 USD.')
    await fill('Amount in USD', '20.00')
    await browser.click('dialog input[type=checkbox]')
    await says('Capture $20.00 USD')
    await confirm()
    await says('$30.00 USD left of $50.00 USD')
    await at('room-1', 'Release')
    await confirm()
    await eventually(async () => expect(await said()).not.toContain('room-1'), patiently)
    const holds = (await merchant('GET', '/ledger/holds')).body.data
    expect(holds.map(({ id, status }) => [id, status])).toEqual([
      [ids[1], 'released'],
      [ids[0], 'open'],
    ])
    await press('Released')
    await browser.at(/status=released/)
    await says('room-1')
    // The hold's own transaction has the same acts.
    await browser.open(`${home}/ledger/transactions/${String(holds[1]?.['transaction'])}`)
    await press('Capture')
    await says('$30.00 USD is left of it.')
    await confirm()
    await says('was captured')
  })

  test('how often an endpoint failed, and how long it took, is drawn', async () => {
    await browser.open(`${home}/webhooks/${endpoint}`)
    await says('answered, but with no success')
    await says('100 %')
    await eventually(
      async () =>
        expect(
          await browser.evaluate<string[]>(
            `[...document.querySelectorAll('[role=img]')].map((each) => each.ariaLabel)`,
          ),
        ).toEqual(['Requests by what came of them, day by day', 'Milliseconds until an answer, day by day']),
      patiently,
    )
    await press('Today')
    await browser.at(/period=today/)
  })

  test('an event is sent to all endpoints that ask for it, once that is confirmed', async () => {
    const { data } = (await merchant('GET', '/v1/events?type=charge.succeeded&limit=1')).body
    const event = data[0]?.id ?? ''
    const attempts = async () =>
      (await merchant('GET', `/events/deliveries?event=${event}`)).body.data.map((each) => Number(each['attempts']))
    await eventually(async () => expect((await attempts())[0]).toBeGreaterThan(0), patiently)
    const [before = 0] = await attempts()
    await browser.open(`${home}/events/${event}`)
    await press('Send to all endpoints')
    await says('Every enabled endpoint that asks for charge.succeeded is sent it now')
    await confirm()
    await eventually(async () => expect((await attempts())[0]).toBeGreaterThan(before), patiently)
  })

  test('the new pages are reached by commands', async () => {
    for (const [command, address] of [
      ['See where money went', /\/ledger\/flow$/],
      ['Go to Holds', /\/ledger\/holds$/],
      ['New ledger transaction', /\/ledger\/transactions\/new$/],
    ] as const) {
      await browser.open(`${home}/keys`)
      await press('Commands Ctrl K')
      await browser.type('dialog input', command)
      await browser.click('dialog [role=option]')
      await browser.at(address)
    }
  })

  test('none of these pages has a serious fault that axe knows of, wide or narrow, light or dark', async () => {
    const pages = {
      home: '/',
      yen: '/?currency=jpy&period=90d',
      nothing: '/?mode=live',
      flow: '/ledger/flow',
      standing: '/ledger/flow?mode=live',
      holds: '/ledger/holds?status=any',
      record: '/ledger/transactions/new',
      endpoint: `/webhooks/${endpoint}`,
    }
    await expectSoundPages(browser, { home, pages, pictures: await temporaryDirectory() })
    // Thirty times a whole page, by a browser that shares its machine with everything else.
  }, 400_000)

  test('nothing of it left the origin, and no policy was broken', () => expectNothingLeaked(browser, platform.url))
})

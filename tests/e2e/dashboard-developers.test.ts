import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, pay, type Caller } from './api.ts'
import { atTheDashboard, expectNothingLeaked, expectSoundPages, testKeyOf } from './dashboard.fixture.ts'
import { micro, removeTemporaryDirectories, root, start, temporaryDirectory, type Micro } from './harness.ts'

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
const declined = { amount: 5000, currency: 'usd', payment_method: 'pm_card_chargeDeclined', confirm: true }

describe.skipIf(!browserAvailable())('the request log and the API reference at the dashboard', () => {
  let browser: TestBrowser
  let merchant: Caller
  let key: string
  const { said, says, press, enter } = atTheDashboard(() => browser)
  const rows = () =>
    browser.evaluate<string[]>(
      `[...document.querySelectorAll('[aria-label="Requests, newest first"] > li')].map((row) => row.innerText)`,
    )
  /** Types into the field that is called so. */
  const fill = (name: string, value: string) =>
    eventually(() =>
      browser.evaluate(`(() => {
        const { control } = [...document.querySelectorAll('label')].find(({ textContent }) => textContent.split(/\\s/)[0] === '${name}')
        const { prototype } = { INPUT: HTMLInputElement, SELECT: HTMLSelectElement, TEXTAREA: HTMLTextAreaElement }[control.tagName]
        Object.getOwnPropertyDescriptor(prototype, 'value').set.call(control, ${JSON.stringify(value)})
        control.dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }))
      })()`),
    )
  const shown = (label: string) =>
    eventually(() => browser.evaluate<string>(`document.querySelector('[aria-label="${label}"]').innerText`))
  const copied = async (form: string): Promise<string> => {
    await press(form)
    return shown(`The request for ${form}`)
  }
  const environment = async () => ({
    MICRO_API_KEY: key,
    MICRO_GATEWAY_URL: platform.url,
    MICRO_CONFIG: join(await temporaryDirectory(), 'config.yaml'),
    PATH: `${root}:${process.env['PATH']}`,
  })
  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  test('without a request a command is shown that makes one, and what it makes shows by itself', async () => {
    await browser.open(`${home}/register?next=/requests`)
    await enter(person)
    await browser.at(/\/dashboard\/requests$/)
    await says('No test request by an API key yet')
    key = await testKeyOf(platform.url, person)
    merchant = caller(platform.url, key)
    await pay(merchant, 4200)
    await says('POST /payments/payment_intents')
    expect((await rows()).at(-1)).toMatch(/^201\n/)
    await says(`sk_test_…${key.slice(-4)}`)
  })

  test('what failed says why; filters stand in the address', async () => {
    const key = `order-${randomUUID()}`
    await merchant('POST', '/v1/payment_intents', { key, body: declined })
    await merchant('GET', '/v1/charges/ch_unknown')
    await says('generic_decline')
    await browser.open(`${home}/requests?status=failed&method=POST`)
    await eventually(async () => expect(await rows()).toHaveLength(1))
    await says('Filter (on)')
    await fill('Path', '/v1/charges*')
    await fill('Method', 'GET')
    await press('Filter')
    await browser.at(/status=failed&method=GET&path=%2Fv1%2Fcharges\*$/)
    await says('GET /v1/charges/ch_unknown')
    await press('Clear')
    await says('POST /payments/payment_intents')

    await browser.open(`${home}/requests?status=402`)
    await eventually(() => browser.click('[aria-label="Requests, newest first"] a'))
    await browser.at(/\/requests\/req_/)
    await says('What went wrong')
    for (const text of ['card_declined', key, '/v1/payment_intents', 'took ']) await says(text)
    expect(await browser.evaluate(`document.querySelector('main a[href*="/docs/errors"]').pathname`)).toBe(
      '/docs/errors',
    )
  })

  test('who reads further down keeps the line; what is new waits until it is asked for', async () => {
    for (let count = 0; count < 30; count++) await merchant('GET', '/v1/refunds')
    await browser.open(`${home}/requests`)
    await eventually(async () => expect(await rows()).toHaveLength(25))
    await browser.evaluate('scrollTo({ top: 300 })')
    await merchant('GET', '/v1/disputes')
    await says('Show 1 new request')
    expect((await rows())[0]).toContain('/v1/refunds')
    await press('Show 1 new request')
    await eventually(async () => expect((await rows())[0]).toContain('/v1/disputes'))
    await press('Older')
    await browser.at(/after=req_/)
    await says('These are older requests.')
    await press('Newest')
    await says('New requests come on top')
  })

  test('routes are counted with their errors, and lead to them', async () => {
    await browser.open(`${home}/requests`)
    await press('By route')
    await browser.at(/view=routes$/)
    await says('GET /v1/charges/:id')
    const cells = await browser.evaluate<string[]>(
      `[...[...document.querySelectorAll('tbody tr')].find((row) => row.innerText.includes('/v1/charges/:id')).cells].map(({ innerText }) => innerText)`,
    )
    expect(cells.slice(0, 4)).toEqual(['GET /v1/charges/:id', '1', '100 % (1)', '0 %'])
    await press('100 % (1)')
    await browser.at(/status=4xx/)
    await eventually(async () => expect(await rows()).toHaveLength(1))
    await browser.open(`${home}/requests?mode=live&view=routes`)
    await says('There is no request like that to count.')
  })

  test('an operation is found by what it does, and tried: a read at once, with its answer', async () => {
    await browser.open(`${home}/api`)
    await says('API reference')
    await browser.type('input[type=search]', 'list payment intents')
    await browser.at(/q=list/)
    await press('/v1/payment_intents')
    await browser.at(/\/api\/listPaymentIntents$/)
    await fill('limit', '1')
    await press('Try it in test mode')
    expect(JSON.parse(await shown('The answer'))).toMatchObject({ object: 'list', has_more: true })
  })

  test('what changes something is asked for first, refused where it is incomplete, and done once', async () => {
    await browser.open(`${home}/api/createPaymentIntent`)
    await press('Try it in test mode')
    await says('See to what is marked first: amount, currency.')
    await fill('amount', '7301')
    await fill('currency', 'usd')
    await press('Try it in test mode')
    await says('Send this in test mode?')
    const intents = async () =>
      (await merchant('GET', '/v1/payment_intents')).body.data.filter(({ amount }) => amount === 7301)
    expect(await intents()).toEqual([])
    await press('Send POST')
    const { id } = JSON.parse(await shown('The answer')) as { id: string }
    expect((await intents()).map((each) => each.id)).toEqual([id])
    await press(await browser.evaluate<string>(`document.querySelector('main a[href*="/requests/req_"]').innerText`))
    await browser.at(/\/requests\/req_/)
    await says('the dashboard')
  })

  test('in live mode it says so before anything is sent', async () => {
    await browser.open(`${home}/api/createCustomer?mode=live`)
    await says('This is live mode. What you send is done for real')
    await press('Try it in live mode')
    await says('Send this in live mode?')
    await press('Back')
    await eventually(async () => expect(await browser.evaluate(`document.querySelector('dialog')`)).toBeNull())
  })

  test('what is copied for curl, stripe-node and micro does what the form says', async () => {
    await browser.open(`${home}/api/createPaymentIntent`)
    await fill('amount', '4321')
    await fill('currency', 'eur')
    await fill('description', "Ada's tea & cake")
    await fill('metadata', '{"order": "7"}')
    const want = {
      object: 'payment_intent',
      amount: 4321,
      currency: 'eur',
      description: "Ada's tea & cake",
      metadata: { order: '7' },
    }
    const env = await environment()
    const run = async (program: string, args: readonly string[]) => {
      const { code, stdout, stderr } = await start(program, args, { env, cwd: root }).ended
      expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
      return stdout
    }
    expect(JSON.parse(await run('/bin/sh', ['-c', await copied('curl')]))).toMatchObject(want)
    expect(JSON.parse(await run('/bin/sh', ['-c', await copied('micro')]))).toMatchObject(want)
    const snippet = (await copied('stripe-node')).replace('console.log(answer)', 'console.log(JSON.stringify(answer))')
    expect(JSON.parse(await run(process.execPath, ['--input-type=module', '-e', snippet]))).toMatchObject(want)
  })

  test('a card is sent as it is typed, but neither shown nor copied, nor taken in live mode', async () => {
    const number = '4000056655665556'
    const fillIn = async () => {
      await fill('type', 'card')
      await fill('card[number]', number)
      await fill('card[exp_month]', '12')
      await fill('card[exp_year]', '2040')
      await fill('card[cvc]', '737')
    }
    await browser.open(`${home}/api/createPaymentMethod`)
    await fillIn()
    expect(
      await browser.evaluate(
        `[...document.querySelectorAll('input[type=password]')].map(({ value }) => value).filter(Boolean)`,
      ),
    ).toEqual([number, '737'])
    const command = await copied('curl')
    expect(command).toContain('"$CARD_NUMBER"')
    await says('No secret is written out')
    await press('Try it in test mode')
    await says('Send this in test mode?')
    expect(await shown('What is sent')).toMatch(/"number": "•+"/)
    expect(await browser.evaluate<string>('document.body.innerText')).not.toContain(number)
    await press('Send POST')
    // It came there: Micro itself wants none, and says so.
    const refused = { error: { code: 'card_number_refused', param: 'card[number]' } }
    expect(JSON.parse(await shown('The answer'))).toMatchObject(refused)
    const env = { ...(await environment()), CARD_NUMBER: number, CARD_CVC: '737' }
    const { stdout } = await start('/bin/sh', ['-c', command], { env, cwd: root }).ended
    expect(JSON.parse(stdout)).toMatchObject(refused)

    await browser.open(`${home}/api/createPaymentMethod?mode=live`)
    await fillIn()
    // In a part that may be folded.
    await eventually(async () =>
      expect(await browser.evaluate<string>('document.body.textContent')).toContain(
        'Cards are not typed here in live mode.',
      ),
    )
    await press('Try it in live mode')
    await says('See to what is marked first: card.number, card.cvc.')
    expect(await browser.evaluate(`document.querySelector('dialog')`)).toBeNull()
  })

  test('the ledger has no form for the stripe package, and says so; its JSON is copied as it is', async () => {
    await browser.open(`${home}/api/createLedgerAccount`)
    await fill('name', "Ada's cash")
    await fill('type', 'asset')
    await press('stripe-node')
    await says('The stripe package has no method for this')
    const env = await environment()
    for (const form of ['curl', 'micro']) {
      const { stdout } = await start('/bin/sh', ['-c', await copied(form)], { env, cwd: root }).ended
      expect(JSON.parse(stdout)).toMatchObject({ object: 'ledger.account', name: "Ada's cash", type: 'asset' })
    }
  })

  test('the commands lead here, and open a request by its id', async () => {
    const id = (await merchant('GET', '/v1/charges')).headers.get('request-id') ?? ''
    await browser.open(home)
    await press('Commands Ctrl K')
    await browser.type('dialog input', id)
    await eventually(() => browser.click('dialog [role=option]'))
    await browser.at(new RegExp(`/requests/${id}$`))
    await says('GET /v1/charges')
  })

  test('no page has a serious fault that axe knows of, wide or narrow, light or dark', async () => {
    const { data } = (await merchant('GET', '/request_logs?status=402')).body
    const pages = {
      requests: '/requests?by=all',
      filtered: '/requests?status=failed',
      routes: '/requests?view=routes',
      request: `/requests/${data[0]?.id}`,
      reference: '/api',
      operation: '/api/createPaymentIntent',
      live: '/api/recordLedgerTransaction?mode=live',
      none: '/requests?mode=live',
    }
    await expectSoundPages(browser, { home, pages, pictures: await temporaryDirectory() })
    // Thirty times a whole page, by a browser that shares its machine with everything else.
  }, 400_000)

  test('nothing left the origin, no policy was broken, and no secret is within reach of a script', async () => {
    expect(await said()).not.toContain(key)
    await expectNothingLeaked(browser, platform.url)
  })
})

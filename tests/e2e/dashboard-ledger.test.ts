import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, pay, type Caller } from './api.ts'
import { atTheDashboard, expectNothingLeaked, expectSoundPages } from './dashboard.fixture.ts'
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

const owed = 'sys_merchant_balance_usd'
const seconds = () => Math.floor(Date.now() / 1000)
const inAddress = (second: number) => new Date(second * 1000).toISOString().replace('.000', '')
/** As people in the tests' browser read cents. */
const dollars = (cents: unknown) => `$${(Number(cents) / 100).toFixed(2)} USD`

describe.skipIf(!browserAvailable())('the ledger in the dashboard', () => {
  let browser: TestBrowser
  let merchant: Caller
  /** When the first payment stood in the ledger, and what the merchant was owed then. */
  let first: { payment: string; transaction: string; second: number; owed: string }
  const { said, says, press, enter } = atTheDashboard(() => browser)

  /** Pays, and waits until the ledger has it. */
  const payInto = async (count: number) => {
    const { id: payment } = (await pay(merchant, 5000)).body
    return eventually(
      async () => {
        const { body } = await merchant('GET', `/ledger/transactions?account_id=${owed}`)
        expect(body.data).toHaveLength(count)
        const account = (await merchant('GET', `/ledger/accounts/${owed}`)).body
        return { payment, transaction: body.data[0]?.id ?? '', second: seconds(), owed: dollars(account['balance']) }
      },
      { timeoutMs: 60_000 },
    )
  }

  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
    const registered = await newMerchant(platform.url)
    merchant = registered.test
    await browser.open(`${home}/ledger`)
    await browser.at(/\/dashboard\/sign-in/)
    await enter(registered)
    await browser.at(/\/dashboard\/ledger$/)
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  test('an empty ledger says so, and a payment shows in the chart by itself, on both sides alike', async () => {
    await says('There are no accounts yet.')
    await says('No account has a balance yet.')
    await says('Up to date')
    first = await payInto(1)
    for (const text of ['Liabilities USD', owed, first.owed, 'Balanced']) await says(text)
    const [debits, credits] = await browser.evaluate<string[]>(
      `[...document.querySelectorAll('tfoot td')].map((each) => each.innerText)`,
    )
    expect([debits, credits]).toEqual([credits, dollars(5000)])
  })

  test('from a payment to its ledger transaction, whose columns come to the same, and on to an account', async () => {
    await browser.open(`${home}/payments/${first.payment}`)
    await press(`Payment ${first.payment}`)
    await browser.at(new RegExp(`/ledger/transactions/${first.transaction}$`))
    await says('Balanced')
    const sums = () =>
      browser.evaluate<string[]>(`[...document.querySelectorAll('tfoot td')].map((each) => each.innerText)`)
    expect(await sums()).toEqual([dollars(5000), dollars(5000)])
    for (const text of [`Payment ${first.payment}`, 'micro:charge:ch_', 'no. 1']) await says(text)
    await press(owed)
    await browser.at(new RegExp(`/ledger/accounts/${owed}$`))
    for (const text of ['Closing balance', 'Opening balance', '$0.00 USD', first.owed]) await says(text)
  })

  test('an account shows as it was at an earlier moment, which stands in the address', async () => {
    await eventually(() => expect(seconds()).toBeGreaterThan(first.second), { timeoutMs: 60_000 })
    const second = await payInto(2)
    await browser.open(`${home}/ledger/accounts/${owed}?at=${inAddress(first.second)}`)
    await says('As it was on')
    await says(second.owed)
    const lines = () =>
      browser.evaluate<string[]>(`[...document.querySelectorAll('tbody td:last-child')].map((each) => each.innerText)`)
    expect(await lines()).toEqual([first.owed, first.owed, '$0.00 USD'])

    await press('Back to now')
    await says('As it is now.')
    await eventually(async () => expect(await lines()).toEqual([second.owed, second.owed, first.owed, '$0.00 USD']))
    await browser.evaluate(`document.querySelector('input[type=datetime-local]').value = '2020-01-01T00:00:00'`)
    await press('Go there')
    await browser.at(/at=20(19-12-31|20-01-01)T/)
    await says('Nothing had been posted to it by then.')
  })

  test('lists are paged and searched, and amounts of an asset have its digits', async () => {
    const post = async (path: string, body: object) => {
      const answer = await merchant('POST', path, { body })
      expect([path, answer.status, answer.body.error]).toEqual([path, expect.toSatisfy((at) => at < 300), undefined])
      return answer.body
    }
    await post('/ledger/assets', { code: 'grams', name: 'Gold', scale: 3 })
    const vault = { type: 'asset', currency: 'grams' }
    await post('/ledger/accounts', { id: 'vault:1', name: 'Vault', ...vault })
    await post('/ledger/accounts', { id: 'owner:1', name: 'Owner', ...vault, type: 'liability' })
    const move = (count: number) => ({
      reference_id: `gold-${count}`,
      entries: [
        { account_id: 'vault:1', amount: '1500', direction: 'debit' },
        { account_id: 'owner:1', amount: '1500', direction: 'credit' },
      ],
    })
    const transactions = Array.from({ length: 25 }, (_, count) => move(count + 1))
    await post('/ledger/transactions/bulk', { transactions })

    await browser.open(`${home}/ledger?id_prefix=vault`)
    await says('37.500 GRAMS')
    expect((await said()).includes('owner:1')).toBe(false)
    await press('vault:1')
    await says('gold-25')
    await press('Older')
    await browser.at(/before=len_/)
    // What the first five left is where this page ends, and what there was before them is nothing.
    for (const text of ['gold-1\n', '7.500 GRAMS', '0.000 GRAMS', 'Opening balance']) await says(text)
    await press('Its transactions')
    await browser.at(/account_id=vault/)
    await says('gold-25')
    await press('Older')
    await says('gold-5\t')
    expect(await said()).not.toContain('gold-25')

    for (let from = 0; from < 100; from += 20)
      await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          post('/ledger/accounts', { id: `many:${100 + from + at}`, name: 'One of many', type: 'expense' }),
        ),
      )
    await browser.open(`${home}/ledger`)
    await says('many:199')
    expect(await said()).not.toContain('vault:1')
    await press('More accounts')
    await says('vault:1')
  })

  test('a hold and a reversal say what they belong to', async () => {
    const entries = [
      { account_id: 'vault:1', amount: '700', direction: 'credit' },
      { account_id: 'owner:1', amount: '700', direction: 'debit' },
    ]
    const hold = (await merchant('POST', '/ledger/holds', { body: { reference_id: 'hold-1', entries } })).body
    await browser.open(`${home}/ledger/transactions/${String(hold['transaction'])}`)
    for (const text of ['Held, GRAMS', `${hold.id} is open`, 'Balanced', '0.700 GRAMS']) await says(text)

    const list = (await merchant('GET', '/ledger/transactions?reference_id=gold-1')).body
    const undone = list.data[0]?.id ?? ''
    const reversal = (await merchant('POST', `/ledger/transactions/${undone}/reverse`, { body: {} })).body
    await browser.open(`${home}/ledger/transactions/${reversal.id}`)
    await says('Reversal')
    await press(undone)
    await browser.at(new RegExp(`${undone}$`))
    for (const text of ['Reversed by', reversal.id]) await says(text)
  })

  test('the ledger is verified, its head shown and signed, and a checkpoint compared', async () => {
    await browser.open(`${home}/ledger/verify`)
    const newest = (await merchant('GET', '/ledger/transactions?limit=1')).body.data[0]
    const [hash, seq] = [String(newest?.['hash']), String(newest?.['seq'])]
    await says(hash)
    await press('Verify the ledger')
    await says('This ledger is sound')
    await says(`${seq} transactions balanced`)
    await says(`Verified up to the hash ${hash}`)
    await press(`Sign up to no. ${seq}`)
    await says(`up to no. ${seq}`)

    const { body } = await merchant('GET', '/ledger/checkpoints?limit=1')
    await browser.type('main form input', `${String(body.data[0]?.['token']).slice(0, -3)}abc`)
    await press('Verify the ledger')
    await says('This is no checkpoint of this ledger')
  })

  test('an account that is not there says what to do', async () => {
    await browser.open(`${home}/ledger/accounts/nobody`)
    await says('There is nothing under this id')
    await browser.open(`${home}/ledger/transactions?mode=live`)
    await says('Nothing was recorded yet.')
  })

  test('the ledger is reached by commands, and a transaction by its id', async () => {
    await browser.open(`${home}/`)
    await press('Commands Ctrl K')
    await browser.type('dialog input', first.transaction)
    await says(`Open ledger transaction ${first.transaction}`)
    await browser.click('dialog [role=option]')
    await browser.at(new RegExp(`/ledger/transactions/${first.transaction}$`))
  })

  test('no page of the ledger has a serious fault that axe knows of, wide or narrow, light or dark', async () => {
    const pages = {
      chart: '/ledger',
      account: `/ledger/accounts/${owed}`,
      past: `/ledger/accounts/${owed}?at=${inAddress(first.second)}`,
      transactions: '/ledger/transactions',
      transaction: `/ledger/transactions/${first.transaction}`,
      verify: '/ledger/verify',
      empty: '/ledger?mode=live',
      missing: '/ledger?id_prefix=nobody',
    }
    await expectSoundPages(browser, { home, pages, pictures: await temporaryDirectory() })
    // Thirty times a whole page, by a browser that shares its machine with everything else.
  }, 400_000)

  test('nothing of the ledger left the origin, and no policy was broken', () =>
    expectNothingLeaked(browser, platform.url))
})

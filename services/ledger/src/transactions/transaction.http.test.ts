import { LedgerTransaction } from '@micro/contracts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Check } from 'typebox/value'
import { errorOf, expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
const me = merchant()
beforeAll(async () => {
  ledger = await startLedger()
  await ledger.account(me, 'acc_assets')
  await ledger.account(me, 'acc_revenue', { type: 'revenue' })
  await ledger.account(me, 'acc_euros', { currency: 'eur' })
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const transfer = move(100, { from: 'acc_assets', to: 'acc_revenue' })
const balance = async (id: string) => (await ledger.get(me, `/ledger/accounts/${id}`)).body['balance_str']
const raw = (amounts: string) => `{"reference_id":"raw","entries":[${amounts}]}`

test("the README's example is recorded, and an asset debited 100 shows 100", async () => {
  const { status, body } = await ledger.record(
    me,
    'readme',
    [
      { account_id: 'acc_revenue', amount: 100, direction: 'credit' },
      { account_id: 'acc_assets', amount: -100, direction: 'debit' },
    ],
    { description: 'Sale', metadata: { order: '7' } },
  )
  expect(status).toBe(201)
  expect(Check(LedgerTransaction, body)).toBe(true)
  expect(body).toMatchObject({
    reference_id: 'readme',
    description: 'Sale',
    currency: 'usd',
    status: 'recorded',
    seq: 1,
    metadata: { order: '7' },
    livemode: false,
    entries: [
      { account_id: 'acc_revenue', amount: 100, amount_str: '100', direction: 'credit', value_str: '100' },
      { account_id: 'acc_assets', amount: -100, amount_str: '-100', direction: 'debit', value_str: '100' },
    ],
  })
  expect([await balance('acc_assets'), await balance('acc_revenue')]).toEqual(['100', '100'])
  expect((await ledger.get(me, `/ledger/transactions/${String(body['id'])}`)).body).toEqual(body)
})

describe('the same reference again', () => {
  test('with the same content answers 200 with what is stored, however it is written, and moves nothing', async () => {
    const first = await ledger.record(me, 'again', transfer)
    const before = await balance('acc_revenue')
    const unsigned = [
      { account_id: 'acc_assets', amount: '100', direction: 'debit' },
      { account_id: 'acc_revenue', amount: 100, direction: 'credit' },
    ] as const
    for (const entries of [transfer, transfer.toReversed(), unsigned]) {
      expect(await ledger.record(me, 'again', entries)).toMatchObject({ status: 200, body: first.body })
    }
    expect(await balance('acc_revenue')).toBe(before)
  })
  test('with other content is a conflict', async () => {
    const answer = await ledger.record(me, 'again', transfer, { description: 'x' })
    expect([answer.status, errorOf(answer)]).toMatchObject([409, { code: 'reference_conflict', param: 'reference_id' }])
    expect(answer.text).not.toMatch(/duplicate|constraint|ledger\./)
  })
})

describe('a transaction is refused with what and where, and leaves no trace', () => {
  const credit = '{"account_id":"acc_revenue","amount":AMOUNT}'
  const debit = '{"account_id":"acc_assets","amount":-100}'
  for (const [name, entries, want] of [
    ['one entry', '[DEBIT]', [400, 'entries_too_few', 'entries']],
    ['no entry', '[]', [400, 'parameter_invalid', 'entries']],
    ['a fraction', '10.5', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['a fraction of nothing', '100.0', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['an exponent', '1e3', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['an exponent as text', '"1e3"', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['1e308', '1e308', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['minus zero', '-0', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['zero', '0', [400, 'entry_zero', 'entries[0][amount]']],
    ['null', 'null', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['true', 'true', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['a leading zero', '"0100"', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['hexadecimal', '"0x64"', [400, 'parameter_invalid', 'entries[0][amount]']],
    ['one digit too many', `"1${'0'.repeat(29)}01"`, [400, 'sum_out_of_range', 'entries[0][amount]']],
    ['a sum that is not zero', '99', [400, 'transaction_unbalanced', 'entries']],
    [
      'positive amounts without direction',
      '100},{"account_id":"acc_revenue","amount":100',
      [400, 'transaction_unbalanced', 'entries'],
    ],
    ['2^64 in total, which 64 bits read as 0', '"18446744073709551716"', [400, 'transaction_unbalanced', 'entries']],
    [
      '2^53 beside 2^53 + 1',
      '9007199254740992},{"account_id":"acc_assets","amount":-9007199254740993},{"account_id":"acc_assets","amount":100',
      [400, 'transaction_unbalanced', 'entries'],
    ],
    ['a sign against its direction', '100,"direction":"debit"', [400, 'sign_direction_conflict', 'entries[0]']],
    ['a sideways direction', '100,"direction":"sideways"', [400, 'parameter_invalid', 'entries[0][direction]']],
    ['an empty direction', '100,"direction":""', [400, 'parameter_invalid', 'entries[0][direction]']],
    ['an unknown member', '100,"currency":"usd"', [400, 'parameter_unknown', 'entries[0][currency]']],
  ] as const)
    test(name, async () => {
      const text = entries.startsWith('[')
        ? entries.slice(1, -1).replace('DEBIT', debit)
        : `${credit.replace('AMOUNT', entries)},${debit}`
      const { status, ...answer } = await ledger.call(me, {
        method: 'POST',
        url: '/ledger/transactions',
        body: raw(text),
      })
      const { code, param } = errorOf(answer)
      expect([status, code, param]).toEqual(want)
      expect((await ledger.get(me, '/ledger/transactions?reference_id=raw')).body['data']).toEqual([])
    })

  for (const [name, body, want] of [
    [
      'on an unknown account',
      { entries: move(5, { from: 'acc_assets', to: 'nope' }) },
      [400, 'resource_missing', 'entries[0][account_id]'],
    ],
    [
      'across currencies',
      { entries: move(5, { from: 'acc_euros', to: 'acc_assets' }) },
      [400, 'currency_mismatch', 'entries[1][account_id]'],
    ],
    [
      'on one account only',
      { entries: move(5, { from: 'acc_assets', to: 'acc_assets' }) },
      [400, 'parameter_invalid', 'entries[1][account_id]'],
    ],
    [
      "on Micro's account",
      { entries: move(5, { from: 'sys_fees', to: 'acc_assets' }) },
      [403, 'account_reserved', 'entries[1][account_id]'],
    ],
    [
      "with Micro's reference",
      { reference_id: 'micro:x', entries: transfer },
      [403, 'reference_reserved', 'reference_id'],
    ],
    ['without a reference', { reference_id: undefined, entries: transfer }, [400, 'parameter_missing', 'reference_id']],
    [
      'with an endless reference',
      { reference_id: 'x'.repeat(256), entries: transfer },
      [400, 'parameter_invalid', 'reference_id'],
    ],
    [
      'with an endless description',
      { description: 'x'.repeat(1001), entries: transfer },
      [400, 'parameter_invalid', 'description'],
    ],
    [
      'with half a character in its reference',
      { reference_id: 'a\udc00', entries: transfer },
      [400, 'parameter_invalid', 'reference_id'],
    ],
    [
      'with 1001 entries',
      { entries: Array.from({ length: 1001 }, () => transfer[0]) },
      [400, 'parameter_invalid', 'entries'],
    ],
  ] as const)
    test(name, async () => {
      const { status, ...answer } = await ledger.post(me, '/ledger/transactions', { reference_id: 'refused', ...body })
      const { code, param } = errorOf(answer)
      expect([status, code, param]).toEqual(want)
    })

  test('the difference and the currency are told', async () => {
    const answer = await ledger.record(me, 'unbalanced', [
      ...transfer,
      { account_id: 'acc_assets', amount: '-18446744073709551616' },
    ])
    expect(errorOf(answer).message).toContain('usd credits minus debits is -18446744073709551616 in minor units')
  })
})

test('amounts beyond 2^53 are kept exactly and told as text', async () => {
  const who = merchant('acct_big')
  await ledger.account(who, 'big')
  await ledger.account(who, 'bigger', { type: 'equity' })
  const body =
    '{"reference_id":"big","entries":[{"account_id":"bigger","amount":9007199254740993},{"account_id":"big","amount":-9007199254740993}]}'
  const { body: recorded } = await ledger.call(who, { method: 'POST', url: '/ledger/transactions', body })
  expect(recorded['entries']).toMatchObject([
    { amount: null, amount_str: '9007199254740993' },
    { amount: null, value_str: '9007199254740993' },
  ])
  expect((await ledger.get(who, '/ledger/accounts/big')).body).toMatchObject({
    balance: null,
    balance_str: '9007199254740993',
    net: null,
  })
})

test('a form is read digit by digit too, and curl may leave its content type', async () => {
  const who = merchant('acct_form')
  await ledger.account(who, 'a')
  await ledger.account(who, 'b')
  const send = (body: string) =>
    ledger.call(who, {
      method: 'POST',
      url: '/ledger/transactions',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    })
  const form = (amount: string) =>
    `reference_id=f${amount}&entries[0][account_id]=a&entries[0][amount]=${amount}&entries[1][account_id]=b&entries[1][amount]=-${amount}`
  expect((await send(form('9007199254740993'))).body['entries']).toMatchObject([{ amount_str: '9007199254740993' }, {}])
  for (const loose of ['1e3', '10.0', '0x10', '010']) expect((await send(form(loose))).status).toBe(400)
  expect((await send(JSON.stringify({ reference_id: 'curl', entries: move(1, { from: 'a', to: 'b' }) }))).status).toBe(
    201,
  )
})

describe('whose transaction it is', () => {
  for (const [name, who] of [
    ['another merchant', merchant('acct_b')],
    ['the other mode', merchant('acct_a', 'live')],
  ] as const) {
    test(`${name} gets the answer of an unknown id, in every place an id fits`, async () => {
      const mine = (await ledger.record(me, 'private', transfer)).body['id'] as string
      for (const url of [
        '/ledger/transactions/ID',
        '/ledger/transactions?starting_after=ID',
        '/ledger/transactions?ending_before=ID',
      ]) {
        const theirs = await ledger.get(who, url.replace('ID', mine))
        const unknown = await ledger.get(who, url.replace('ID', 'ltx_none'))
        expect(theirs.status).toBeGreaterThanOrEqual(400)
        expect(theirs.text.replaceAll(mine, 'ltx_none')).toBe(unknown.text)
      }
      expect((await ledger.get(who, '/ledger/transactions?reference_id=private')).body['data']).toEqual([])
      const byAccount = await ledger.get(who, '/ledger/transactions?account_id=acc_assets')
      expect(errorOf(byAccount)).toMatchObject({ code: 'resource_missing', param: 'account_id' })
    })
    test(`${name} can neither move the accounts nor is kept from the reference`, async () => {
      const before = await balance('acc_assets')
      expect(errorOf(await ledger.record(who, 'private', transfer))).toMatchObject({ code: 'resource_missing' })
      await ledger.account(who, 'acc_assets')
      await ledger.account(who, 'acc_revenue', { type: 'revenue' })
      const { status, body } = await ledger.record(who, 'private', transfer, { description: 'mine' })
      expect([status, body['seq'], body['livemode']]).toEqual([201, 1, who.mode === 'live'])
      expect(await balance('acc_assets')).toBe(before)
    })
  }
})

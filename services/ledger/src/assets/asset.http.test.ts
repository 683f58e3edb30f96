import { LedgerAsset } from '@micro/contracts'
import { Check } from 'typebox/value'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const me = merchant()
const create = (body: object, who = me) => ledger.post(who, '/ledger/assets', body)
const eth = { code: 'ETH', name: 'Ether', scale: 18 }

test('an asset of 18 digits carries accounts and transactions, exactly', async () => {
  const created = await create(eth)
  expect([created.status, Check(LedgerAsset, created.body)]).toEqual([201, true])
  expect(created.body).toMatchObject({ code: 'eth', scale: 18 })
  for (const id of ['wallet', 'vault']) await ledger.account(me, id, { currency: 'eth' })
  await ledger.record(me, 'ether', move('9200000000000000000001', { from: 'wallet', to: 'vault' }))
  expect((await ledger.get(me, '/ledger/accounts/wallet')).body).toMatchObject({
    currency: 'eth',
    scale: 18,
    balance: null,
    balance_str: '9200000000000000000001',
  })
  expect((await ledger.get(me, '/ledger/transactions')).body['data']).toMatchObject([{ currency: 'eth' }])
  expect((await ledger.get(me, '/ledger/accounts?currency=ETH')).body['data']).toHaveLength(2)
})

test('the same again answers 200, with another scale or name it is a conflict', async () => {
  expect((await create(eth)).status).toBe(200)
  for (const change of [{ scale: 8 }, { name: 'Other' }]) {
    const answer = await create({ ...eth, ...change })
    expect([answer.status, errorOf(answer).code]).toEqual([409, 'asset_exists'])
  }
})

test('asked for many times at once it is made once', async () => {
  for (let at = 0; at < 20; at++) {
    const asset = { ...eth, code: `raced_${at}` }
    const answers = await Promise.all(Array.from({ length: 12 }, () => create(asset)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(11).fill(200), 201])
  }
})

describe('refused', () => {
  for (const [name, body, param] of [
    ['a currency of ISO 4217', { ...eth, code: 'eur' }, 'code'],
    ['a scale of 19', { ...eth, code: 'x18', scale: 19 }, 'scale'],
    ['a negative scale', { ...eth, code: 'x18', scale: -1 }, 'scale'],
    ['a code that is none', { ...eth, code: 'a-b-c' }, 'code'],
    ['a code too long', { ...eth, code: 'x'.repeat(18) }, 'code'],
    ['no name', { ...eth, name: '' }, 'name'],
  ] as const)
    test(name, async () => {
      const answer = await create(body)
      expect([answer.status, errorOf(answer).param]).toEqual([400, param])
    })
})

test('whole currencies have their scale too', async () => {
  await ledger.account(me, 'yen', { currency: 'jpy' })
  await ledger.account(me, 'dinar', { currency: 'kwd' })
  for (const [id, scale] of [
    ['yen', 0],
    ['dinar', 3],
  ])
    expect((await ledger.get(me, `/ledger/accounts/${id}`)).body).toMatchObject({ scale })
})

test("another merchant or mode has none of it: neither the asset nor the accounts' currency", async () => {
  for (const who of [merchant('acct_b'), merchant('acct_a', 'live')]) {
    const [theirs, unknown] = await Promise.all(['eth', 'xyz'].map((code) => ledger.get(who, `/ledger/assets/${code}`)))
    expect(theirs?.status).toBe(404)
    expect(theirs?.text.replaceAll('eth', 'xyz')).toBe(unknown?.text)
    const account = await ledger.post(who, '/ledger/accounts', { name: 'x', type: 'asset', currency: 'eth' })
    expect(errorOf(account)).toMatchObject({ code: 'currency_unsupported', param: 'currency' })
    expect((await create({ ...eth, scale: 9 }, who)).status).toBe(201)
  }
})

test('a list is by code and pages both ways', async () => {
  const who = merchant('acct_list')
  for (const code of ['aaa1', 'ccc3', 'bbb2']) await create({ code, name: code, scale: 2 }, who)
  const codes = async (query: string) => {
    const { body } = await ledger.get(who, `/ledger/assets?${query}`)
    return [(body['data'] as { code: string }[]).map(({ code }) => code).join(), body['has_more']]
  }
  expect(await codes('')).toEqual(['aaa1,bbb2,ccc3', false])
  expect(await codes('limit=2')).toEqual(['aaa1,bbb2', true])
  expect(await codes('starting_after=aaa1&limit=1')).toEqual(['bbb2', true])
  expect(await codes('ending_before=ccc3&limit=1')).toEqual(['bbb2', true])
  expect(await codes('ending_before=bbb2')).toEqual(['aaa1', false])
})

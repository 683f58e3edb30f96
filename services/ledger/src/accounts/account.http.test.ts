import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, payments, startLedger, tally, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterAll(() => ledger.close())

const me = merchant()
const create = (body: object, who = me) => ledger.post(who, '/ledger/accounts', body)

test('an account without id and currency gets both', async () => {
  const { status, body } = await create({ name: 'Cash', type: 'asset', metadata: { a: 'b' } })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    currency: 'usd',
    normal_balance: 'debit',
    balance: 0,
    system: false,
    livemode: false,
    metadata: { a: 'b' },
  })
  expect(body['id']).toMatch(/^la_[0-9A-Za-z]{24}$/)
  expect((await ledger.get(me, `/ledger/accounts/${String(body['id'])}`)).body).toEqual(body)
})

test('the same account asked for again is answered with the one there is, also after it moved', async () => {
  const wanted = { id: 'again', name: 'Again', type: 'liability', currency: 'EUR', metadata: { b: '2', a: '1' } }
  const created = await create(wanted)
  expect(created).toMatchObject({ status: 201, body: { currency: 'eur' } })
  await ledger.account(me, 'again-other', { currency: 'eur' })
  await ledger.record(me, 'again-moved', move(5, { from: 'again-other', to: 'again' }))
  const repeated = await create({ ...wanted, currency: 'eur', metadata: { a: '1', b: '2' } })
  expect(repeated).toMatchObject({ status: 200, body: { id: 'again', balance: 5, created: created.body['created'] } })
})

describe('an account id taken with other attributes is a conflict', () => {
  const wanted = { id: 'taken', name: 'Taken', type: 'asset', currency: 'usd', metadata: { a: '1' } }
  for (const [what, change] of Object.entries({
    name: { name: 'Other' },
    type: { type: 'expense' },
    currency: { currency: 'eur' },
    metadata: { metadata: {} },
    'a metadata key': { metadata: { toString: '1' } },
  })) {
    test(what, async () => {
      await create(wanted)
      const { status, ...answer } = await create({ ...wanted, ...change })
      expect([status, errorOf(answer)]).toMatchObject([409, { code: 'account_exists', param: 'id' }])
    })
  }
})

test('of 20 parallel requests for one account one creates it', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => create({ id: 'raced', name: 'x', type: 'asset' }, merchant('acct_new'))),
  )
  expect(tally(answers)).toEqual({ 200: 19, 201: 1 })
})

describe('an account is refused', () => {
  for (const [name, body, want] of [
    ['of an unknown type', { name: 'x', type: 'bogus' }, [400, 'parameter_invalid', 'type']],
    ['without a name', { type: 'asset' }, [400, 'parameter_missing', 'name']],
    ['with an empty name', { name: '', type: 'asset' }, [400, 'parameter_invalid_empty', 'name']],
    ["with Micro's prefix", { id: 'sys_cash', name: 'x', type: 'asset' }, [403, 'account_reserved', 'id']],
    [
      'in a currency there is not',
      { name: 'x', type: 'asset', currency: 'xyz' },
      [400, 'currency_unsupported', 'currency'],
    ],
    [
      'in a currency that is none',
      { name: 'x', type: 'asset', currency: '$$$' },
      [400, 'parameter_invalid', 'currency'],
    ],
    ['with an id that is no name', { id: '../x', name: 'x', type: 'asset' }, [400, 'parameter_invalid', 'id']],
    ['with an id too long', { id: 'x'.repeat(129), name: 'x', type: 'asset' }, [400, 'parameter_invalid', 'id']],
    ['with a balance of its own', { name: 'x', type: 'asset', balance: 5 }, [400, 'parameter_unknown', 'balance']],
    [
      "with another user's name on it",
      { name: 'x', type: 'asset', user_id: 'u' },
      [400, 'parameter_unknown', 'user_id'],
    ],
    ['with half a character in its name', { name: '\ud800', type: 'asset' }, [400, 'parameter_invalid', 'name']],
    [
      'with NUL in its metadata',
      { name: 'x', type: 'asset', metadata: { a: '\u0000' } },
      [400, 'parameter_invalid', 'metadata[a]'],
    ],
  ] as const) {
    test(name, async () => {
      const { status, ...answer } = await create(body)
      const { code, param } = errorOf(answer)
      expect([status, code, param]).toEqual(want)
    })
  }
})

test('balances stand on the normal side of each type, net is credits minus debits', async () => {
  const who = merchant('acct_sides')
  for (const type of ['asset', 'expense', 'liability', 'equity', 'revenue'] as const)
    await ledger.account(who, type, { type })
  await ledger.record(who, 'one', [
    { account_id: 'asset', amount: 70, direction: 'debit' },
    { account_id: 'expense', amount: 30, direction: 'debit' },
    { account_id: 'liability', amount: 50, direction: 'credit' },
    { account_id: 'equity', amount: 20, direction: 'credit' },
    { account_id: 'revenue', amount: 30, direction: 'credit' },
  ])
  const { body } = await ledger.get(who, '/ledger/accounts')
  expect(body['data']).toMatchObject([
    { id: 'revenue', balance: 30, net: 30 },
    { id: 'equity', balance: 20, net: 20 },
    { id: 'liability', balance: 50, net: 50 },
    { id: 'expense', balance: 30, net: -30, debits_str: '30', credits_str: '0' },
    { id: 'asset', balance: 70, net: -70 },
  ])
})

describe('lists', () => {
  const who = merchant('acct_lists')
  const ids = async (query: string) => {
    const { body } = await ledger.get(who, `/ledger/accounts?${query}`)
    return [(body['data'] as { id: string }[]).map(({ id }) => id).join(), body['has_more']]
  }
  beforeAll(async () => {
    for (const at of [1, 2, 3, 4, 5]) {
      await ledger.account(who, `n${at}`, { type: at % 2 ? 'asset' : 'revenue', currency: at > 3 ? 'eur' : 'usd' })
    }
  })
  for (const [query, want] of [
    ['', ['n5,n4,n3,n2,n1', false]],
    ['limit=2', ['n5,n4', true]],
    ['limit=2&starting_after=n4', ['n3,n2', true]],
    ['limit=2&starting_after=n3', ['n2,n1', false]],
    ['limit=2&ending_before=n1', ['n3,n2', true]],
    ['limit=2&ending_before=n3', ['n5,n4', false]],
    ['ending_before=n5', ['', false]],
    ['type=asset', ['n5,n3,n1', false]],
    ['type=asset&limit=1&starting_after=n5', ['n3', true]],
    ['currency=EUR', ['n5,n4', false]],
    ['currency=eur&type=asset', ['n5', false]],
  ] as const)
    test(`accounts?${query}`, async () => expect(await ids(query)).toEqual(want))

  for (const [query, want] of [
    ['starting_after=n1&ending_before=n5', [400, 'parameter_invalid', 'ending_before']],
    ['starting_after=nope', [400, 'resource_missing', 'starting_after']],
    ['limit=0', [400, 'parameter_invalid', 'limit']],
    ['limit=101', [400, 'parameter_invalid', 'limit']],
    ['owner=me', [400, 'parameter_unknown', 'owner']],
  ] as const)
    test(`accounts?${query} is refused`, async () => {
      const { status, ...answer } = await ledger.get(who, `/ledger/accounts?${query}`)
      const { code, param } = errorOf(answer)
      expect([status, code, param]).toEqual(want)
    })
})

describe('whose account it is', () => {
  beforeAll(() => ledger.account(merchant('acct_owner'), 'mine'))
  for (const [name, who] of [
    ['another merchant', merchant('acct_thief')],
    ['the other mode', merchant('acct_owner', 'live')],
  ] as const) {
    test(`${name} gets the answer of an unknown id`, async () => {
      const [theirs, unknown] = await Promise.all(
        ['mine', 'none'].map((id) => ledger.get(who, `/ledger/accounts/${id}`)),
      )
      expect(theirs?.status).toBe(404)
      expect(theirs?.text.replaceAll('mine', 'none')).toBe(unknown?.text)
    })
    test(`${name} cannot use it as a cursor`, async () =>
      expect(errorOf(await ledger.get(who, '/ledger/accounts?starting_after=mine'))).toMatchObject({
        code: 'resource_missing',
      }))
    test(`${name} does not see it in a list, and may have the id too`, async () => {
      expect((await ledger.get(who, '/ledger/accounts')).body['data']).toEqual([])
      expect((await create({ id: 'mine', name: 'x', type: 'revenue' }, who)).status).toBe(201)
    })
  }
  test('more path segments are no account', async () =>
    expect((await ledger.get(me, '/ledger/accounts/again/more')).status).toBe(404))
  test('nobody in particular gets nothing', async () =>
    expect((await ledger.call(undefined, { url: '/ledger/accounts' })).status).toBe(401))
  test('another service does not pass as a merchant', async () =>
    expect((await ledger.call(payments, { url: '/ledger/accounts' })).status).toBe(401))
})

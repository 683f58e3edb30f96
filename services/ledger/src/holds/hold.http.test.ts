import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
const who = merchant()
let nth = 0

beforeAll(async () => {
  ledger = await startLedger()
  for (const name of [who, merchant('acct_b'), merchant('acct_a', 'live')])
    for (const id of ['wallet', 'shop', 'fees']) await ledger.account(name, id, { type: 'liability' })
  for (const id of ['euros', 'more_euros']) await ledger.account(who, id, { currency: 'eur', type: 'liability' })
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

type Answer = Awaited<ReturnType<Ledger['post']>>
const idOf = ({ body }: Answer): string => String(body['id'])
const hold = (amount: number | string, rest: object = {}): Promise<Answer> =>
  ledger.post(who, '/ledger/holds', {
    reference_id: `hold-${nth++}`,
    entries: move(amount, { from: 'wallet', to: 'shop' }),
    ...rest,
  })
const capture = (id: string, body: object = {}, by = who) => ledger.post(by, `/ledger/holds/${id}/capture`, body)
const release = (id: string, body: object = {}, by = who) => ledger.post(by, `/ledger/holds/${id}/release`, body)
const show = async (id: string) => (await ledger.get(who, `/ledger/holds/${id}`)).body
const account = async (id: string) => (await ledger.get(who, `/ledger/accounts/${id}`)).body
const pendingOf = async (id: string) => (await account(id))['pending']

/** A hold of 100 in three entries. */
const split = () =>
  hold(0, {
    entries: [
      { account_id: 'wallet', amount: -100 },
      { account_id: 'shop', amount: 90 },
      { account_id: 'fees', amount: 10 },
    ],
  })

describe('POST /ledger/holds', () => {
  test('201: sets money aside without moving it', async () => {
    const before = await account('wallet')
    const { status, body } = await hold(70, { description: 'Room 4', metadata: { room: '4' }, expires_in: 60 })
    const expires = Math.floor(ledger.clock.now().getTime() / 1_000) + 60
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        object: 'ledger.hold',
        description: 'Room 4',
        metadata: { room: '4' },
        currency: 'usd',
        status: 'open',
        transactions: [],
        expires_at: expires,
        entries: [
          { account_id: 'shop', direction: 'credit', amount: 70, captured_str: '0', remaining_str: '70' },
          { account_id: 'wallet', direction: 'debit', amount: -70, captured: 0, remaining: -70 },
        ],
      },
    })
    expect(idOf({ status, body } as Answer)).toMatch(/^hold_/)
    expect(await account('wallet')).toMatchObject({ balance: before['balance'], net_str: before['net_str'] })
    expect(await pendingOf('wallet')).toEqual({
      balance: -70,
      balance_str: '-70',
      pending_in: 0,
      pending_in_str: '0',
      pending_out: 70,
      pending_out_str: '70',
      available: -70,
      available_str: '-70',
    })
    expect(await pendingOf('shop')).toMatchObject({ pending_in: 70, pending_out: 0, available: 0, balance: 70 })
    const transaction = (await ledger.get(who, `/ledger/transactions/${String(body['transaction'])}`)).body
    expect(transaction).toMatchObject({
      kind: 'hold',
      hold: body['id'],
      reverses: null,
      entries: [{ layer: 'pending', balance_after: 70 }, { layer: 'pending' }],
    })
    await release(String(body['id']))
    expect(await pendingOf('wallet')).toMatchObject({ pending_out: 0, balance: 0 })
  })
  test('200: the same again, also seconds later, is the same hold as it stands now', async () => {
    const asked = { reference_id: 'twice', expires_in: 100 }
    const first = await hold(5, asked)
    await capture(idOf(first))
    ledger.clock.advance(5_000)
    const again = await hold(5, asked)
    expect(again).toMatchObject({
      status: 200,
      body: { id: idOf(first), status: 'captured', expires_at: first.body['expires_at'] },
    })
  })
  test('409: the same reference with another expiry', async () => {
    await hold(5, { reference_id: 'other', expires_in: 100 })
    expect(errorOf(await hold(5, { reference_id: 'other' })).code).toBe('reference_conflict')
  })
  test('409: the reference of a transaction', async () => {
    await ledger.record(who, 'posted', move(5, { from: 'wallet', to: 'shop' }))
    expect(errorOf(await hold(5, { reference_id: 'posted' })).code).toBe('reference_conflict')
  })

  const in366Days = 366 * 24 * 60 * 60
  for (const [name, rest, want] of [
    ['a time to expire that is past', () => ({ expires_at: 1 }), { code: 'parameter_invalid', param: 'expires_at' }],
    [
      'a time to expire beyond the year',
      (seconds: number) => ({ expires_at: seconds + in366Days + 1 }),
      { code: 'parameter_invalid', param: 'expires_at' },
    ],
    [
      'two times to expire',
      (seconds: number) => ({ expires_at: seconds + 9, expires_in: 9 }),
      { code: 'parameter_invalid', param: 'expires_at' },
    ],
    ['too many seconds', () => ({ expires_in: in366Days + 1 }), { param: 'expires_in' }],
    [
      'an account twice',
      () => ({
        entries: [
          ...move(5, { from: 'wallet', to: 'shop' }),
          { account_id: 'shop', amount: 1 },
          { account_id: 'fees', amount: -1 },
        ],
      }),
      { code: 'parameter_invalid', param: 'entries[2][account_id]' },
    ],
    [
      'what does not balance',
      () => ({
        entries: [
          { account_id: 'shop', amount: 1 },
          { account_id: 'wallet', amount: -2 },
        ],
      }),
      { code: 'transaction_unbalanced' },
    ],
    ["Micro's accounts", () => ({ entries: move(5, { from: 'sys_x', to: 'shop' }) }), { code: 'account_reserved' }],
    ["Micro's references", () => ({ reference_id: 'micro:x' }), { code: 'reference_reserved' }],
    [
      'an account there is not',
      () => ({ entries: move(5, { from: 'nobody', to: 'shop' }) }),
      { code: 'resource_missing', param: 'entries[1][account_id]' },
    ],
  ] as const)
    test(`refused: ${name}`, async () => {
      const seconds = Math.floor(ledger.clock.now().getTime() / 1_000)
      expect(errorOf(await hold(5, rest(seconds)))).toMatchObject(want)
    })
})

describe('POST /ledger/holds/:id/capture', () => {
  test('201: posts all of it, and the hold is captured', async () => {
    const id = idOf(await hold(30))
    const before = await account('shop')
    const { status, body } = await capture(id, { description: 'Stay', effective_at: 1_000_000_000 })
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        kind: 'capture',
        hold: id,
        reference_id: `capture:${id}`,
        effective_at: 1_000_000_000,
        entries: [
          { account_id: 'shop', layer: 'posted', amount: 30 },
          { account_id: 'wallet', layer: 'posted', amount: -30 },
          { account_id: 'shop', layer: 'pending', amount: -30 },
          { account_id: 'wallet', layer: 'pending', amount: 30 },
        ],
      },
    })
    expect(await show(id)).toMatchObject({
      status: 'captured',
      transactions: [body['id']],
      entries: [
        { captured: 30, remaining: 0 },
        { captured: -30, remaining: 0 },
      ],
    })
    expect((await account('shop'))['balance']).toBe(Number(before['balance']) + 30)
  })
  test('200: the same again, with or without a reference', async () => {
    const id = idOf(await hold(30))
    const first = await capture(id)
    expect(await capture(id)).toMatchObject({ status: 200, text: first.text })
    const other = idOf(await hold(30))
    const part = { reference_id: `part of ${other}`, amount: 10 }
    await capture(other, part)
    expect((await capture(other, part)).status).toBe(200)
    expect(await show(other)).toMatchObject({ status: 'open', entries: [{ captured: 10, remaining: 20 }, {}] })
  })
  test('201: part after part, until nothing is left', async () => {
    const id = idOf(await hold(30))
    for (const amount of ['5', 10, 15])
      expect((await capture(id, { reference_id: `${id} ${amount}`, amount })).status).toBe(201)
    expect(await show(id)).toMatchObject({ status: 'captured', entries: [{ captured: 30 }, { captured: -30 }] })
    expect(errorOf(await capture(id, { reference_id: `${id} more`, amount: 1 }))).toMatchObject({
      code: 'hold_captured',
    })
  })
  test('201: a final one gives back the rest at once', async () => {
    const id = idOf(await split())
    const entries = [
      { account_id: 'wallet', amount: 40, direction: 'debit' },
      { account_id: 'shop', amount: 40, direction: 'credit' },
    ]
    const { status, body } = await capture(id, { entries, final: true })
    expect(status).toBe(201)
    expect(body['entries']).toHaveLength(5)
    expect(await show(id)).toMatchObject({
      status: 'captured',
      entries: [
        { captured: -40, remaining: 0 },
        { captured: 40, remaining: 0 },
        { captured: 0, remaining: 0 },
      ],
    })
  })
  test('201: of several currencies one may be captured by itself, then the others', async () => {
    const id = idOf(
      await hold(0, {
        entries: [...move(5, { from: 'wallet', to: 'shop' }), ...move(7, { from: 'euros', to: 'more_euros' })],
      }),
    )
    const one = await capture(id, { reference_id: `${id} eur`, entries: move(7, { from: 'euros', to: 'more_euros' }) })
    expect(one).toMatchObject({ status: 201, body: { currency: 'eur' } })
    expect(await capture(id)).toMatchObject({ status: 201, body: { currency: 'usd' } })
    expect(await show(id)).toMatchObject({ status: 'captured', currency: null })
  })
  test('409: without a reference of its own a second part conflicts with the first', async () => {
    const id = idOf(await hold(30))
    await capture(id, { amount: 10 })
    expect(errorOf(await capture(id, { amount: 11 })).code).toBe('reference_conflict')
    expect((await capture(id, { amount: 10 })).status).toBe(200)
    expect(await show(id)).toMatchObject({ entries: [{ remaining: 20 }, {}] })
  })
  test('409: a hundred captures are the most there may be; what is left can be released', async () => {
    const id = idOf(await hold(200))
    const parts = await Promise.all(
      Array.from({ length: 100 }, (_, at) => capture(id, { reference_id: `${id} ${at}`, amount: 1 })),
    )
    expect(parts.map(({ status }) => status)).toEqual(parts.map(() => 201))
    expect(errorOf(await capture(id, { reference_id: `${id} last`, amount: 1 })).code).toBe('hold_captures_too_many')
    expect((await release(id)).status).toBe(201)
    expect(await show(id)).toMatchObject({ status: 'released', entries: [{ captured: 100, remaining: 0 }, {}] })
  })
  for (const [name, body, want] of [
    ['more than is left', { amount: 101 }, { code: 'hold_exceeded', param: 'amount' }],
    ['nothing', { amount: 0 }, { code: 'entry_zero', param: 'amount' }],
    ['less than nothing', { amount: -1 }, { code: 'parameter_invalid', param: 'amount' }],
    [
      'an amount and entries',
      { amount: 1, entries: move(1, { from: 'wallet', to: 'shop' }) },
      { code: 'parameter_invalid', param: 'entries' },
    ],
    [
      'more than is left of an entry',
      { entries: move(91, { from: 'wallet', to: 'shop' }) },
      { code: 'hold_exceeded', param: 'entries[0][amount]', account: 'shop' },
    ],
    [
      'the other way round',
      { entries: move(1, { from: 'shop', to: 'wallet' }) },
      { code: 'parameter_invalid', param: 'entries[0][amount]' },
    ],
    [
      'on an account that is not in it',
      { entries: move(1, { from: 'wallet', to: 'euros' }) },
      { code: 'parameter_invalid', param: 'entries[0][account_id]' },
    ],
    [
      'an account twice',
      { entries: [...move(1, { from: 'wallet', to: 'shop' }), ...move(1, { from: 'wallet', to: 'fees' })] },
      { code: 'parameter_invalid', param: 'entries[3][account_id]' },
    ],
    [
      'what does not balance',
      {
        entries: [
          { account_id: 'wallet', amount: -5 },
          { account_id: 'shop', amount: 4 },
        ],
      },
      { code: 'transaction_unbalanced' },
    ],
    [
      'what does not balance, and the rest given back',
      {
        final: true,
        entries: [
          { account_id: 'wallet', amount: -5 },
          { account_id: 'shop', amount: 4 },
        ],
      },
      { code: 'transaction_unbalanced' },
    ],
    ["by Micro's references", { reference_id: 'micro:x' }, { code: 'reference_reserved' }],
  ] as const)
    test(`refused: ${name}`, async () => {
      const id = name === 'more than is left' ? idOf(await hold(100)) : idOf(await split())
      expect(errorOf(await capture(id, body))).toMatchObject(want)
      expect(await show(id)).toMatchObject({ status: 'open', transactions: [] })
    })
  test('refused: an amount of a hold with three entries', async () =>
    expect(errorOf(await capture(idOf(await split()), { amount: 1 }))).toMatchObject({
      code: 'parameter_invalid',
      param: 'amount',
    }))
})

describe('POST /ledger/holds/:id/release', () => {
  test('201: gives back what is left; again 200; by another reference 409', async () => {
    const id = idOf(await hold(30))
    await capture(id, { amount: 12 })
    const { status, body } = await release(id)
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        kind: 'release',
        hold: id,
        reference_id: `release:${id}`,
        entries: [
          { layer: 'pending', amount: -18 },
          { layer: 'pending', amount: 18 },
        ],
      },
    })
    expect((await release(id)).status).toBe(200)
    expect(errorOf(await release(id, { reference_id: `${id} again` })).code).toBe('hold_released')
    expect(errorOf(await capture(id, { reference_id: `${id} more` })).code).toBe('hold_released')
    expect(await show(id)).toMatchObject({
      status: 'released',
      entries: [
        { captured: 12, remaining: 0 },
        { captured: -12, remaining: 0 },
      ],
    })
  })
  test('409: after it was captured', async () => {
    const id = idOf(await hold(30))
    await capture(id)
    expect(await release(id)).toMatchObject({ status: 409, body: { error: { code: 'hold_captured' } } })
  })
})

describe("another merchant's or mode's hold is answered exactly like an unknown one", () => {
  for (const other of [merchant('acct_b'), merchant('acct_a', 'live'), merchant('acct_without_a_book')])
    test(`${other.merchant} ${other.mode}`, async () => {
      const id = idOf(await hold(5))
      const answers = async (of: string) => [
        await ledger.get(other, `/ledger/holds/${of}`),
        await capture(of, {}, other),
        await release(of, {}, other),
        await ledger.get(other, `/ledger/holds?starting_after=${of}`),
      ]
      const known = await answers(id)
      const unknown = await answers('hold_unknown')
      expect(known.map(({ status }) => status)).toEqual([404, 404, 404, 400])
      expect(known.map(({ text }) => text.replaceAll(id, 'hold_unknown'))).toEqual(unknown.map(({ text }) => text))
      expect(await show(id)).toMatchObject({ status: 'open' })
    })
  test('the id of a transaction that is no hold names none either', async () => {
    const { body } = await ledger.record(who, 'no hold', move(1, { from: 'wallet', to: 'shop' }))
    const id = String(body['id']).replace('ltx_', 'hold_')
    expect((await capture(id)).status).toBe(404)
    expect((await ledger.get(who, `/ledger/holds/${id}`)).status).toBe(404)
    expect((await capture(String(body['id']))).status).toBe(404)
  })
})

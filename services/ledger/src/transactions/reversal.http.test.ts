import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, payments, startLedger, tally, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
const who = merchant()
let nth = 0

beforeAll(async () => {
  ledger = await startLedger()
  for (const name of [who, merchant('acct_b'), merchant('acct_a', 'live')])
    for (const id of ['a', 'b']) await ledger.account(name, id, { type: 'liability' })
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

type Answer = Awaited<ReturnType<Ledger['post']>>
const idOf = ({ body }: Answer): string => String(body['id'])
const record = async (amount: number): Promise<string> =>
  idOf(await ledger.record(who, `ref-${nth++}`, move(amount, { from: 'a', to: 'b' })))
const reverse = (id: string, body: object = {}, by = who) => ledger.post(by, `/ledger/transactions/${id}/reverse`, body)
const show = async (id: string) => (await ledger.get(who, `/ledger/transactions/${id}`)).body
const balanceOf = async (id: string) => (await ledger.get(who, `/ledger/accounts/${id}`)).body['balance']

describe('POST /ledger/transactions/:id/reverse', () => {
  test('201: posts the opposite, linked both ways', async () => {
    const before = await balanceOf('b')
    const id = await record(70)
    expect(await show(id)).toMatchObject({ kind: 'post', reverses: null, reversed_by: null, hold: null })
    const { status, body } = await reverse(id, { description: 'Wrong shop', metadata: { by: 'me' }, effective_at: 5 })
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        kind: 'reversal',
        reverses: id,
        reversed_by: null,
        reference_id: `reversal:${id}`,
        description: 'Wrong shop',
        metadata: { by: 'me' },
        effective_at: 5,
        entries: [
          { account_id: 'b', amount: -70, layer: 'posted' },
          { account_id: 'a', amount: 70 },
        ],
      },
    })
    expect(await show(id)).toMatchObject({ reversed_by: body['id'] })
    const { body: list } = await ledger.get(who, '/ledger/transactions?limit=2')
    expect(list['data']).toMatchObject([
      { id: body['id'], reverses: id },
      { id, reversed_by: body['id'] },
    ])
    expect(await balanceOf('b')).toBe(before)
  })
  test('200: the same again is the first reversal', async () => {
    const id = await record(7)
    const first = await reverse(id)
    expect(await reverse(id)).toMatchObject({ status: 200, text: first.text })
    const other = await record(7)
    await reverse(other, { reference_id: 'undo' })
    expect((await reverse(other, { reference_id: 'undo' })).status).toBe(200)
  })
  test('409: by another reference, naming the reversal', async () => {
    const id = await record(7)
    const first = await reverse(id)
    const error = errorOf(await reverse(id, { reference_id: 'once more' }))
    expect(error).toMatchObject({ code: 'transaction_already_reversed', param: 'id', reversal: idOf(first) })
    expect(error.message).toContain(idOf(first))
  })
  test('409: the same reference for another transaction or with other words', async () => {
    const [id, other] = [await record(7), await record(7)]
    await reverse(id, { reference_id: 'mine' })
    expect(errorOf(await reverse(other, { reference_id: 'mine' })).code).toBe('reference_conflict')
    expect(errorOf(await reverse(id, { reference_id: 'mine', description: 'x' })).code).toBe('reference_conflict')
  })
  test('of fifty at once, each by its own reference, one reverses', async () => {
    const before = await balanceOf('b')
    const id = await record(7)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => reverse(id, { reference_id: `race ${at}` })),
    )
    expect(tally(answers)).toEqual({ 201: 1, 409: 49 })
    expect(await balanceOf('b')).toBe(before)
  })
  test('409: a reversal, a hold, a release and an expiry cannot be reversed', async () => {
    const reversal = idOf(await reverse(await record(7)))
    const hold = (
      await ledger.post(who, '/ledger/holds', { reference_id: 'h', entries: move(5, { from: 'a', to: 'b' }) })
    ).body
    const released = idOf(await ledger.post(who, `/ledger/holds/${String(hold['id'])}/release`, {}))
    for (const id of [reversal, String(hold['transaction']), released])
      expect(await reverse(id)).toMatchObject({
        status: 409,
        body: { error: { code: 'transaction_not_reversible', param: 'id' } },
      })
  })
  test('201: what a capture posted can be reversed; what it took back stays so', async () => {
    const before = await balanceOf('b')
    const { body: hold } = await ledger.post(who, '/ledger/holds', {
      reference_id: 'h2',
      entries: move(5, { from: 'a', to: 'b' }),
    })
    const captured = idOf(await ledger.post(who, `/ledger/holds/${String(hold['id'])}/capture`, { amount: 3 }))
    const { status, body } = await reverse(captured)
    expect(status).toBe(201)
    expect(body).toMatchObject({ hold: null, reverses: captured })
    expect(body['entries']).toHaveLength(2)
    expect(await balanceOf('b')).toBe(before)
    expect((await ledger.get(who, `/ledger/holds/${String(hold['id'])}`)).body).toMatchObject({
      status: 'open',
      entries: [{ captured: 3, remaining: 2 }, {}],
    })
    await ledger.post(who, `/ledger/holds/${String(hold['id'])}/release`, {})
  })
  test('limits hold, and frozen and closed accounts stay as they are', async () => {
    await ledger.post(who, '/ledger/accounts', { id: 'card', name: 'Card', type: 'liability', min_available: 0 })
    const id = idOf(await ledger.record(who, 'load', move(10, { from: 'a', to: 'card' })))
    await ledger.record(who, 'spend', move(4, { from: 'card', to: 'b' }))
    expect(errorOf(await reverse(id))).toMatchObject({
      code: 'insufficient_funds',
      param: 'id',
      account: 'card',
      available: '6',
      required: '10',
    })
    await ledger.record(who, 'load more', move(4, { from: 'a', to: 'card' }))
    await ledger.post(who, '/ledger/accounts/card', { status: 'frozen' })
    expect(errorOf(await reverse(id))).toMatchObject({ code: 'account_frozen', param: 'id', account: 'card' })
    await ledger.post(who, '/ledger/accounts/card', { status: 'active' })
    expect((await reverse(id)).status).toBe(201)
  })
  test("409: Micro's own transactions; 403: Micro's references", async () => {
    const { body } = await ledger.post(payments, '/internal/transactions', {
      merchant: 'acct_a',
      mode: 'test',
      reference_id: 'micro:1',
      currency: 'usd',
      accounts: ['sys_x', 'sys_y'].map((id) => ({ id, name: id, type: 'asset' })),
      entries: move(1, { from: 'sys_x', to: 'sys_y' }),
    })
    expect(errorOf(await reverse(String(body['id']))).code).toBe('transaction_not_reversible')
    const id = await record(1)
    expect(await reverse(id, { reference_id: 'micro:r' })).toMatchObject({
      status: 403,
      body: { error: { code: 'reference_reserved' } },
    })
  })
  for (const other of [merchant('acct_b'), merchant('acct_a', 'live'), merchant('acct_without_a_book')])
    test(`404: for ${other.merchant} ${other.mode} exactly like an unknown one`, async () => {
      const id = await record(1)
      const [known, unknown] = [await reverse(id, {}, other), await reverse('ltx_unknown', {}, other)]
      expect(known.status).toBe(404)
      expect(known.text.replaceAll(id, 'ltx_unknown')).toBe(unknown.text)
      expect(await show(id)).toMatchObject({ reversed_by: null })
    })
})

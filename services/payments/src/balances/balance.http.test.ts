import type { Balance, BalanceTransaction } from '@micro/contracts'
import { addMs, unixSeconds } from '@micro/kernel'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newMovement, type NewMovement } from '../movements/movement.ts'
import { recordMovement } from '../movements/movement.store.ts'
import { createBench, patientConfig, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(() => {
  bench.ledger.behaviour = 'up'
})

const dayMs = 86_400_000
const pay = async (options: CallOptions & { amount?: number; currency?: string } = {}): Promise<string> => {
  const { amount = 1000, currency = 'usd', ...rest } = options
  const body = { amount, currency, confirm: true, description: 'Coffee' }
  const { body: intent } = await bench.call('/payments/payment_intents', { ...rest, body })
  expect(intent.status).toBe('succeeded')
  return intent.id
}
const get = async <T>(path: string, options: CallOptions = {}): Promise<T> =>
  (await bench.call(path, options)).body as unknown as T
const list = (query: string, options: CallOptions = {}) =>
  get<{ data: BalanceTransaction[]; has_more: boolean }>(`/v1/balance_transactions?${query}`, options)
const amounts = ({ available, pending }: Balance) => ({
  available: Object.fromEntries(available.map(({ currency, amount }) => [currency, amount])),
  pending: Object.fromEntries(pending.map(({ currency, amount }) => [currency, amount])),
})
const balanceOf = async (merchant: string) => amounts(await get<Balance>('/v1/balance', { merchant }))

let count = 0
/** A movement of a feature that has its own tests. */
const move = (given: Pick<NewMovement, 'kind' | 'amount'> & Partial<NewMovement>) => {
  const now = bench.clock.now()
  const movement = newMovement({
    id: `txn_${++count}`,
    merchant: 'acct_a',
    mode: 'test',
    source: `re_${count}`,
    currency: 'usd',
    requestId: 'req_1',
    merchantNow: now,
    now,
    postingLeaseMs: 15_000,
    ...given,
  })
  return bench.database.db.transaction((sql) => recordMovement(sql, movement)).then(() => movement)
}

describe('the balance', () => {
  test('of a merchant who never moved anything is 0 usd', async () => {
    expect(await get('/v1/balance', { merchant: 'acct_new' })).toEqual({
      object: 'balance',
      available: [{ amount: 0, currency: 'usd', source_types: { card: 0 } }],
      livemode: false,
      pending: [{ amount: 0, currency: 'usd', source_types: { card: 0 } }],
    })
  })

  test('has the net of a charge pending, and available at midnight two days later by the merchant’s clock', async () => {
    const merchant = 'acct_two_days'
    await pay({ merchant })
    await pay({ merchant, amount: 500, currency: 'eur' })
    expect(await balanceOf(merchant)).toEqual({ available: { eur: 0, usd: 0 }, pending: { eur: 455, usd: 941 } })
    const [{ available_on }] = (await list('', { merchant })).data as [BalanceTransaction]
    expect(available_on % 86_400).toBe(0)
    const advance = (to: number) => bench.call('/v1/test_helpers/clock/advance', { merchant, body: { to } })
    await advance(available_on - 1)
    expect((await balanceOf(merchant)).pending).toEqual({ eur: 455, usd: 941 })
    await advance(available_on)
    expect(await balanceOf(merchant)).toEqual({ available: { eur: 455, usd: 941 }, pending: { eur: 0, usd: 0 } })
    expect((await list('', { merchant })).data.map(({ status }) => status)).toEqual(['available', 'available'])
  })

  for (const behaviour of ['answer_lost', 'hangs'] as const)
    test(`counts what is recorded once, whether the ledger has it or not: ${behaviour}`, async () => {
      const merchant = `acct_${behaviour}`
      await pay({ merchant })
      bench.ledger.behaviour = behaviour
      await pay({ merchant })
      await move({ merchant, kind: 'refund', amount: 100n })
      bench.ledger.behaviour = 'up'
      expect(await balanceOf(merchant)).toEqual({ available: { usd: -100 }, pending: { usd: 2 * 941 } })
      bench.clock.advance(15_000)
      await bench.parts.movements.round()
      expect(await balanceOf(merchant)).toEqual({ available: { usd: -100 }, pending: { usd: 2 * 941 } })
    })

  test('is not made up while the ledger is away', async () => {
    bench.ledger.behaviour = 'down'
    const { status, body } = await bench.call('/v1/balance')
    expect([status, body.error['code']]).toEqual([503, 'upstream_unavailable'])
  })

  test('is of one merchant in one mode', async () => {
    await pay({ merchant: 'acct_rich' })
    for (const options of [{ merchant: 'acct_poor' }, { merchant: 'acct_rich', mode: 'live' }] as const)
      expect(amounts(await get<Balance>('/v1/balance', options)).pending).toEqual({ usd: 0 })
  })

  test('read while others charge and refund is never more than there is', async () => {
    const merchant = 'acct_race'
    await pay({ merchant, amount: 10_000 })
    let going = true
    const work = Promise.all([
      ...Array.from({ length: 10 }, () => pay({ merchant })),
      ...Array.from({ length: 10 }, async () =>
        bench.parts.movements.post(await move({ merchant, kind: 'refund', amount: 50n })),
      ),
    ]).finally(() => (going = false))
    while (going) expect((await balanceOf(merchant)).available['usd'], 'all charges are pending').toBeLessThanOrEqual(0)
    await work
    expect(await balanceOf(merchant)).toEqual({ available: { usd: -500 }, pending: { usd: 9680 + 9410 } })
  })
})

describe('a balance transaction', () => {
  test('is there with its charge, ledger or not, with its fee and when its money is available', async () => {
    const merchant = 'acct_txn'
    bench.ledger.behaviour = 'down'
    const intent = await pay({ merchant, amount: 1999 })
    const [charge] = await bench.chargesOf(intent)
    const now = unixSeconds(bench.clock.now())
    expect(await get(`/v1/balance_transactions/${String(charge?.['balance_transaction'])}`, { merchant })).toEqual({
      id: charge?.['balance_transaction'],
      object: 'balance_transaction',
      amount: 1999,
      available_on: (Math.floor(now / 86_400) + 2) * 86_400,
      balance_type: 'payments',
      created: now,
      currency: 'usd',
      description: 'Coffee',
      exchange_rate: null,
      fee: 88,
      fee_details: [
        { amount: 88, application: null, currency: 'usd', description: 'Micro processing fees', type: 'stripe_fee' },
      ],
      net: 1911,
      processor_fee: null,
      reporting_category: 'charge',
      source: charge?.['id'],
      status: 'pending',
      type: 'charge',
    })
  })

  test('can be expanded from its charge, and its source from it', async () => {
    const intent = await pay()
    const { latest_charge } = await get<{ latest_charge: { id: string; balance_transaction: BalanceTransaction } }>(
      `/v1/payment_intents/${intent}?expand[]=latest_charge.balance_transaction`,
    )
    expect(latest_charge.balance_transaction).toMatchObject({ object: 'balance_transaction', source: latest_charge.id })
    const { id } = latest_charge.balance_transaction
    expect(await get(`/v1/balance_transactions/${id}?expand[]=source`)).toMatchObject({
      source: { object: 'charge', id: latest_charge.id, balance_transaction: id },
    })
  })

  test('of money that leaves is negative and available at once; a dispute has its fee on top', async () => {
    const merchant = 'acct_signs'
    await move({ merchant, kind: 'refund', amount: 700n })
    await move({ merchant, kind: 'dispute', amount: 1000n, fee: 1500n })
    const { data } = await list('', { merchant })
    expect(
      data.map(({ type, reporting_category, amount, fee, net, status }) => ({
        type,
        reporting_category,
        amount,
        fee,
        net,
        status,
      })),
    ).toEqual(
      expect.arrayContaining([
        { type: 'refund', reporting_category: 'refund', amount: -700, fee: 0, net: -700, status: 'available' },
        {
          type: 'adjustment',
          reporting_category: 'dispute',
          amount: -1000,
          fee: 1500,
          net: -2500,
          status: 'available',
        },
      ]),
    )
  })

  test("of Micro's own affairs, of another merchant or mode, or of none is missing", async () => {
    const own = await move({ kind: 'authorisation', amount: 700n, merchant: 'acct_own' })
    const shown = await move({ kind: 'refund', amount: 700n, merchant: 'acct_own' })
    for (const [id, options] of [
      [own.id, { merchant: 'acct_own' }],
      [shown.id, { merchant: 'acct_else' }],
      [shown.id, { merchant: 'acct_own', mode: 'live' }],
      ['txn_none', {}],
      ['ch_1', {}],
    ] as const) {
      const { status, body } = await bench.call(`/v1/balance_transactions/${id}`, options)
      expect([status, body.error['code'], body.error['param']]).toEqual([404, 'resource_missing', 'id'])
    }
    expect((await list('', { merchant: 'acct_own' })).data.map(({ id }) => id)).toEqual([shown.id])
  })
})

describe('the list', () => {
  const merchant = 'acct_list'
  const ids: string[] = []
  beforeAll(async () => {
    for (const given of [
      { kind: 'refund', amount: 1n, source: 're_x' },
      { kind: 'payout', amount: 2n, source: 'po_x' },
      { kind: 'payout_failure', amount: 2n, source: 'po_x' },
      { kind: 'authorisation', amount: 9n, source: 'ch_y' },
      { kind: 'dispute', amount: 3n, source: 'dp_x', currency: 'eur' },
      { kind: 'dispute_reversal', amount: 3n, source: 'dp_x', currency: 'eur' },
      { kind: 'refund', amount: 5n, source: 're_y' },
    ] as const) {
      bench.clock.advance(1_000)
      const { id, kind } = await move({ merchant, ...given })
      if (kind !== 'authorisation') ids.unshift(id)
    }
  })
  const at = (...places: number[]) => places.map((place) => ids[place])

  for (const [query, want] of [
    ['', [0, 1, 2, 3, 4, 5]],
    ['type=adjustment', [1, 2]],
    ['type=refund', [0, 5]],
    ['type=payout', [4]],
    ['type=stripe_fee', []],
    ['currency=eur', [1, 2]],
    ['currency=EUR', [1, 2]],
    ['currency=jpy', []],
    ['source=po_x', [3, 4]],
    ['payout=po_x', [3, 4]],
    ['payout=po_x&type=payout', [4]],
    ['payout=po_x&source=re_x', []],
    ['limit=2', [0, 1]],
  ] as const)
    test(`?${query}`, async () =>
      expect((await list(query, { merchant })).data.map(({ id }) => id)).toEqual(at(...want)))

  test('by time, and page by page from either end, also with a filter', async () => {
    const page = async (query: string) => {
      const { data, has_more } = await list(query, { merchant })
      return [data.map(({ id }) => id), has_more]
    }
    expect(await page(`limit=2&starting_after=${ids[1]}`)).toEqual([at(2, 3), true])
    expect(await page(`limit=2&starting_after=${ids[3]}`)).toEqual([at(4, 5), false])
    expect(await page(`limit=2&ending_before=${ids[3]}`)).toEqual([at(1, 2), true])
    expect(await page(`limit=2&ending_before=${ids[2]}`)).toEqual([at(0, 1), false])
    expect(await page(`type=refund&starting_after=${ids[2]}`)).toEqual([at(5), false])
    const seconds = unixSeconds(addMs(bench.clock.now(), -2_000))
    expect((await page(`created[gte]=${seconds}`))[0]).toEqual((await page(`created[gt]=${seconds - 1}`))[0])
    expect((await page(`created[gt]=${unixSeconds(addMs(bench.clock.now(), dayMs))}`))[0]).toEqual([])
  })

  for (const [query, param] of [
    ['type=gift', 'type'],
    ['currency=dollars', 'currency'],
    ['starting_after=txn_none', 'starting_after'],
    ['ending_before=ch_1', 'ending_before'],
    ['starting_after=a&ending_before=b', 'ending_before'],
    ['amount=5', 'amount'],
  ] as const)
    test(`?${query} is refused: ${param}`, async () => {
      const { status, body } = await bench.call(`/v1/balance_transactions?${query}`, { merchant })
      expect([status, body.error['param']]).toEqual([400, param])
    })

  test("a cursor of another merchant's is as unknown as any", async () => {
    const answer = await bench.call(`/v1/balance_transactions?starting_after=${ids[0]}`, { merchant: 'acct_else' })
    expect([answer.status, answer.body.error['param']]).toEqual([400, 'starting_after'])
  })
})

import type { Balance, BalanceTransaction, Payout } from '@micro/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBench, patientConfig, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(() => {
  bench.ledger.behaviour = 'up'
})

interface Told {
  readonly status: number
  readonly body: Payout & {
    error: { code: string; param?: string; message: string }
    data: Payout[]
    has_more: boolean
  }
  readonly headers: Record<string, unknown>
}
const ask = async (path: string, options: CallOptions = {}): Promise<Told> =>
  (await bench.call(path, options)) as unknown as Told
const daySeconds = 86_400
const advance = async (merchant: string, days: number) => {
  await bench.call('/v1/test_helpers/clock/advance', { merchant, body: { advance_by: days * daySeconds } })
}

let merchants = 0
/** A merchant with 941 of usd available, and as much pending. */
const rich = async (): Promise<string> => {
  const merchant = `acct_rich${++merchants}`
  const pay = () =>
    bench.call('/payments/payment_intents', { merchant, body: { amount: 1000, currency: 'usd', confirm: true } })
  await pay()
  await advance(merchant, 3)
  await pay()
  return merchant
}
const payOut = (merchant: string, body: object = {}, options: CallOptions = {}) =>
  ask('/v1/payouts', { merchant, body: { amount: 941, currency: 'usd', ...body }, ...options })
const balanceOf = async (merchant: string): Promise<{ available: number; pending: number }> => {
  const { available, pending } = (await bench.call('/v1/balance', { merchant })).body as unknown as Balance
  return { available: available[0]?.amount ?? 0, pending: pending[0]?.amount ?? 0 }
}
const transactionsOf = async (merchant: string, payout: string): Promise<BalanceTransaction[]> =>
  (await bench.call(`/v1/balance_transactions?payout=${payout}`, { merchant })).body.data as never
const ledgerOf = (merchant: string): Record<string, bigint> => {
  const nets: Record<string, bigint> = {}
  for (const { merchant: whose, entries } of bench.ledger.booked.values())
    for (const { account_id, amount, direction } of whose === merchant ? entries : [])
      nets[account_id] = (nets[account_id] ?? 0n) + BigInt(amount) * (direction === 'credit' ? 1n : -1n)
  return nets
}
const goOn = async () => {
  while (await bench.parts.payouts.round()) continue
}

test('a payout takes what is available at once, is handed over, and arrives by the merchant’s clock', async () => {
  const merchant = await rich()
  const { status, body } = await payOut(merchant, {
    description: 'Rent',
    metadata: { month: '11' },
    statement_descriptor: 'MICRO',
  })
  expect([status, body]).toMatchObject([
    200,
    {
      object: 'payout',
      amount: 941,
      currency: 'usd',
      status: 'pending',
      automatic: false,
      description: 'Rent',
      metadata: { month: '11' },
      method: 'standard',
      type: 'bank_account',
      failure_balance_transaction: null,
    },
  ])
  expect(body.arrival_date % daySeconds).toBe(0)
  expect(await balanceOf(merchant)).toEqual({ available: 0, pending: 941 })
  expect(await transactionsOf(merchant, body.id)).toMatchObject([
    {
      id: body.balance_transaction,
      type: 'payout',
      amount: -941,
      net: -941,
      fee: 0,
      status: 'available',
      source: body.id,
    },
  ])

  await goOn()
  expect((await ask(`/v1/payouts/${body.id}`, { merchant })).body.status, 'nothing is due').toBe('pending')
  await advance(merchant, 1)
  await goOn()
  expect((await ask(`/v1/payouts/${body.id}`, { merchant })).body.status).toBe('in_transit')
  await advance(merchant, 1)
  await goOn()
  expect((await ask(`/v1/payouts/${body.id}`, { merchant })).body).toMatchObject({ status: 'paid', failure_code: null })
  expect((await bench.events(body.id)).map(({ type, object }) => [type, object['status']])).toEqual([
    ['payout.created', 'pending'],
    ['payout.updated', 'in_transit'],
    ['payout.paid', 'paid'],
  ])
  expect(ledgerOf(merchant)).toMatchObject({
    sys_payouts_in_transit_usd: 0n,
    sys_merchant_balance_usd: 941n,
    sys_processor_receivable_usd: -(2000n - 941n),
  })
  expect(await transactionsOf(merchant, body.id), 'that it arrived is no change of the balance').toHaveLength(1)
})

for (const [destination, code] of [
  ['btok_us_noAccount', 'no_account'],
  ['btok_us_accountClosed', 'account_closed'],
  ['btok_us_insufficientFunds', 'insufficient_funds'],
  ['btok_us_debitNotAuthorized', 'debit_not_authorized'],
  ['btok_us_invalidCurrency', 'invalid_currency'],
] as const)
  test(`a payout to ${destination} fails with ${code} when it should arrive, and its money is available again`, async () => {
    const merchant = await rich()
    const { body } = await payOut(merchant, { destination })
    await advance(merchant, 5)
    await goOn()
    const failed = (await ask(`/v1/payouts/${body.id}?expand[]=failure_balance_transaction`, { merchant })).body
    expect(failed).toMatchObject({
      status: 'failed',
      failure_code: code,
      destination,
      failure_balance_transaction: { type: 'payout_failure', amount: 941, status: 'available', source: body.id },
    })
    expect((await bench.events(body.id)).map(({ type }) => type)).toEqual([
      'payout.created',
      'payout.updated',
      'payout.failed',
    ])
    expect(await balanceOf(merchant)).toEqual({ available: 1882, pending: 0 })
    expect(ledgerOf(merchant)).toMatchObject({ sys_payouts_in_transit_usd: 0n })
  })

test('a pending payout can be canceled, once; one on its way cannot', async () => {
  const merchant = await rich()
  const { id } = (await payOut(merchant)).body
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => ask(`/v1/payouts/${id}/cancel`, { merchant, body: {} })),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400])
  expect(answers.find(({ status }) => status === 400)?.body.error).toMatchObject({ code: 'payout_unexpected_state' })
  expect(await balanceOf(merchant)).toEqual({ available: 941, pending: 941 })
  expect((await transactionsOf(merchant, id)).map(({ type }) => type)).toEqual(
    expect.arrayContaining(['payout', 'payout_cancel']),
  )

  const other = (await payOut(merchant)).body.id
  await advance(merchant, 1)
  await goOn()
  const refused = await ask(`/v1/payouts/${other}/cancel`, { merchant, body: {} })
  expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringContaining('in_transit')])
})

test('a cancel and the bank at once: it is either canceled or on its way', async () => {
  for (let round = 0; round < 5; round++) {
    const merchant = await rich()
    const { id } = (await payOut(merchant)).body
    await advance(merchant, 1)
    const [cancel] = await Promise.all([ask(`/v1/payouts/${id}/cancel`, { merchant, body: {} }), goOn()])
    const { status } = (await ask(`/v1/payouts/${id}`, { merchant })).body
    expect(status).toBe(cancel.status === 200 ? 'canceled' : 'in_transit')
    expect((await transactionsOf(merchant, id)).length).toBe(status === 'canceled' ? 2 : 1)
  }
})

test('metadata is merged, and nothing else can be changed', async () => {
  const merchant = await rich()
  const { id } = (await payOut(merchant, { metadata: { a: '1', b: '2' } })).body
  const update = (body: object) => ask(`/v1/payouts/${id}`, { merchant, body })
  expect((await update({ metadata: { b: '', c: '3' } })).body.metadata).toEqual({ a: '1', c: '3' })
  for (const name of ['amount', 'status', 'description'])
    expect((await update({ [name]: 'x' })).body.error.param).toBe(name)
})

describe('refused', () => {
  let merchant: string
  beforeAll(async () => {
    merchant = await rich()
  })
  for (const [body, code, param] of [
    [{ amount: 942 }, 'balance_insufficient', undefined],
    [{ amount: 941, currency: 'eur' }, 'balance_insufficient', undefined],
    [{ amount: 0 }, 'parameter_invalid', 'amount'],
    [{ amount: -5 }, 'parameter_invalid', 'amount'],
    [{ amount: 1_000_000_000_000 }, 'parameter_invalid', 'amount'],
    [{ amount: 15, currency: 'kwd' }, 'parameter_invalid', 'amount'],
    [{ currency: 'xxx' }, 'currency_unsupported', 'currency'],
    [{ destination: 'ba_1' }, 'resource_missing', 'destination'],
    [{ method: 'instant' }, 'parameter_invalid', 'method'],
    [{ statement_descriptor: 'x'.repeat(23) }, 'parameter_invalid', 'statement_descriptor'],
    [{ surprise: 1 }, 'parameter_unknown', 'surprise'],
  ] as const)
    test(`${JSON.stringify(body)}: ${code}`, async () => {
      const answer = await payOut(merchant, body)
      expect([answer.status, answer.body.error]).toMatchObject([
        400,
        { code, ...(param === undefined ? {} : { param }) },
      ])
      expect(await balanceOf(merchant)).toEqual({ available: 941, pending: 941 })
    })

  test('live mode, where no processor pays out, and nothing is recorded', async () => {
    const answer = await payOut(merchant, {}, { mode: 'live' })
    expect([answer.status, answer.body.error.code]).toEqual([400, 'processor_not_configured'])
  })

  test("an unknown payout, another merchant's and the other mode's alike", async () => {
    const { id } = (await payOut(merchant, { amount: 1 })).body
    for (const options of [{ merchant: 'acct_else' }, { merchant, mode: 'live' }] as const)
      for (const [path, rest] of [
        ['', {}],
        ['', { body: { metadata: { a: 'b' } } }],
        ['/cancel', { body: {} }],
      ] as const) {
        const answer = await ask(`/v1/payouts/${id}${path}`, { ...options, ...rest })
        expect([answer.status, answer.body.error.code]).toEqual([404, 'resource_missing'])
      }
  })
})

test('a key repeats its payout, and pays once', async () => {
  const merchant = await rich()
  const first = await payOut(merchant, { amount: 500 }, { key: 'rent' })
  const again = await payOut(merchant, { amount: 500 }, { key: 'rent' })
  expect([again.body, again.headers['idempotent-replayed']]).toEqual([first.body, 'true'])
  expect(await balanceOf(merchant)).toEqual({ available: 441, pending: 941 })
})

test('the list filters by status, arrival, destination and time, and pages', async () => {
  const merchant = await rich()
  const ids: string[] = []
  for (const destination of ['btok_us_verified', 'btok_us_noAccount', 'btok_us_verified']) {
    bench.clock.advance(1_000)
    ids.unshift((await payOut(merchant, { amount: 100, destination })).body.id)
  }
  await ask(`/v1/payouts/${ids[0]}/cancel`, { merchant, body: {} })
  const { arrival_date, created } = (await ask(`/v1/payouts/${ids[1]}`, { merchant })).body
  const list = async (query: string) => {
    const { body } = await ask(`/v1/payouts?${query}`, { merchant })
    return [...body.data.map(({ id }) => ids.indexOf(id)), body.has_more]
  }
  expect(await list('')).toEqual([0, 1, 2, false])
  expect(await list('limit=1')).toEqual([0, true])
  expect(await list('status=canceled')).toEqual([0, false])
  expect(await list('destination=btok_us_noAccount')).toEqual([1, false])
  expect(await list(`arrival_date=${arrival_date}`)).toEqual([0, 1, 2, false])
  expect(await list(`arrival_date[gt]=${arrival_date}`)).toEqual([false])
  expect(await list(`created[lt]=${created}`)).toEqual([2, false])
  expect(await list(`starting_after=${ids[0]}`)).toEqual([1, 2, false])
  expect(await list(`ending_before=${ids[2]}&limit=1`)).toEqual([1, true])
  expect((await ask('/v1/payouts?starting_after=po_none', { merchant })).body.error.param).toBe('starting_after')
})

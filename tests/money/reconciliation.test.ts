/** Whatever does not agree between payments, the processor and the ledger is named, and nothing else is. */
import type { DifferenceKind, Reconciliation, ReconciliationDifference } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payments as asPayments } from '../../services/ledger/src/testing/ledger.ts'
import {
  plantSettlementFault,
  type SettlementFault,
} from '../../services/payments/src/processors/simulator-settlement.work.ts'
import { openMoney, type Money } from './world.ts'

const hour = 60 * 60 * 1_000

let money: Money
beforeAll(async () => {
  money = await openMoney()
})
afterAll(() => money.close())

const call = async <T>(merchant: string, path: string, body?: object): Promise<T> => {
  const answer = await money.call(path, { merchant, ...(body === undefined ? {} : { body }) })
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer.body as unknown as T
}

/** Every background round, until nothing is left to do. */
const settle = async (): Promise<void> => {
  const { completer, movements, payouts, afterwards } = money.payments
  const rounds = [
    completer,
    movements,
    payouts,
    afterwards.refunds,
    afterwards.messages,
    afterwards.reports,
    afterwards.disputes,
  ]
  for (let times = 0; times < 3; times++) for (const each of rounds) while (await each.round()) continue
}

const pay = async (merchant: string, card = 'pm_card_visa', more: object = {}): Promise<string> => {
  const body = { amount: 5_000, currency: 'usd', payment_method: card, confirm: true, ...more }
  return (await call<{ latest_charge: string }>(merchant, '/v1/payment_intents', body)).latest_charge
}
const refund = async (merchant: string, charge: string, amount: number): Promise<string> =>
  (await call<{ id: string }>(merchant, '/v1/refunds', { charge, amount })).id

const reconcile = async (merchant: string, body: object = {}) => {
  const begun = await call<Reconciliation>(merchant, '/payments/reconciliations', body)
  expect(begun.status).toBe('running')
  while (await money.payments.reconciliation.round()) continue
  const run = await call<Reconciliation>(merchant, `/payments/reconciliations/${begun.id}`)
  const { data } = await call<{ data: ReconciliationDifference[] }>(
    merchant,
    `/payments/reconciliations/${begun.id}/differences?limit=100`,
  )
  expect(run.status, money.bench.logged.filter((line) => line.includes('reconciliation.failed')).join('')).not.toBe(
    'running',
  )
  expect(run.differences).toEqual(
    Object.fromEntries([...Map.groupBy(data, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length])),
  )
  return { run, differences: data }
}
const kindsOf = (differences: readonly ReconciliationDifference[]): DifferenceKind[] =>
  differences.map(({ kind }) => kind).toSorted()

const plant = (subject: string, fault: SettlementFault) =>
  plantSettlementFault(money.bench.database.db.sql, money.clock, { subject, ...fault })

test('books in which everything has happened, and all of it rightly, have no difference', async () => {
  const merchant = 'acct_clean'
  const plain = await pay(merchant)
  await refund(merchant, plain, 100)
  await pay(merchant, 'pm_card_visa', { currency: 'jpy', amount: 300 })
  const { id } = await call<{ id: string }>(merchant, '/v1/payment_intents', {
    amount: 5_000,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    capture_method: 'manual',
  })
  await call(merchant, `/v1/payment_intents/${id}/capture`, { amount_to_capture: 1_234 })
  const canceled = await call<{ id: string }>(merchant, '/v1/payment_intents', {
    amount: 900,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    capture_method: 'manual',
  })
  await call(merchant, `/v1/payment_intents/${canceled.id}/cancel`, {})
  await refund(merchant, await pay(merchant, 'pm_card_refundFail'), 700)
  const pending = await refund(merchant, await pay(merchant, 'pm_card_pendingRefund'), 800)
  await call(merchant, `/v1/refunds/${pending}/cancel`, {})
  await pay(merchant, 'pm_card_createDisputeInquiry')
  await pay(merchant, 'pm_card_createDispute')
  await pay(merchant, 'pm_card_createDisputeProductNotReceived')
  await settle()
  const { data: disputes } = await call<{ data: { id: string; reason: string; status: string }[] }>(
    merchant,
    '/v1/disputes',
  )
  for (const { id: dispute, status } of disputes.filter((each) => each.status === 'needs_response').slice(0, 1))
    await call(merchant, `/v1/disputes/${dispute}`, { evidence: { uncategorized_text: status && 'winning_evidence' } })
  money.clock.advance(10_000)
  await settle()
  await call(merchant, '/v1/test_helpers/clock/advance', { advance_by: 3 * 86_400 })
  await call(merchant, '/v1/payouts', { amount: 1_000, currency: 'usd' })
  money.clock.advance(3 * hour)
  await settle()
  const { run, differences } = await reconcile(merchant)
  expect(differences).toEqual([])
  expect(run).toMatchObject({ status: 'clean', balances_compared: true, automatic: false, differences: {} })
  const rows = await money.bench.database.db.sql<{ kind: string }>`
    select distinct kind from payments.settlement_lines where merchant = ${merchant} order by kind`
  expect(rows.map(({ kind }) => kind)).toEqual(['charge', 'dispute', 'dispute_reversal', 'refund', 'refund_failure'])
  expect(run.movements).toBeGreaterThan(15)
  expect(run.ledger_transactions).toBe(run.movements)
})

describe('what the processor tells otherwise is named', () => {
  for (const [fault, want, there] of [
    [{ kind: 'missing' }, 'missing_at_processor', null],
    [{ kind: 'late', afterMs: 1_000 * hour }, 'missing_at_processor', null],
    [{ kind: 'duplicate' }, 'duplicate_at_processor', '5000'],
    [{ kind: 'wrong_amount', amount: 4_999n }, 'amount_differs', '4999'],
    [{ kind: 'wrong_currency', currency: 'eur' }, 'currency_differs', '5000'],
    [{ kind: 'unknown' }, 'missing_here', '-1'],
  ] as const)
    test(`a line that is ${fault.kind}: ${want}, and no other charge's`, async () => {
      const merchant = `acct_${fault.kind}`
      await pay(merchant)
      const charge = await pay(merchant)
      await plant(charge, fault)
      await pay(merchant)
      money.clock.advance(2 * hour)
      const { run, differences } = await reconcile(merchant)
      expect(run.status).toBe('different')
      expect(differences).toMatchObject([
        {
          kind: want,
          charge,
          subject: want === 'missing_here' ? `re_unknown_${charge}` : charge,
          age_seconds: expect.any(Number),
          amount_there_str: there,
          action: expect.stringMatching(/\./),
        },
      ])
      expect(differences[0]?.age_seconds).toBeGreaterThanOrEqual(7_200)
    })

  test('a refund whose line has another amount, with both amounts as they leave', async () => {
    const merchant = 'acct_refund'
    const charge = await pay(merchant)
    const id = await refund(merchant, charge, 300)
    await plant(id, { kind: 'wrong_amount', amount: 301n })
    const { differences } = await reconcile(merchant)
    expect(differences).toMatchObject([
      {
        kind: 'amount_differs',
        subject: id,
        charge,
        amount_here_str: '-300',
        amount_there_str: '-301',
        currency: 'usd',
      },
    ])
  })

  test('within the grace a line that is not there yet is late, which is no reason to worry', async () => {
    const merchant = 'acct_soon'
    const charge = await pay(merchant)
    await plant(charge, { kind: 'late', afterMs: hour / 2 })
    const first = await reconcile(merchant)
    expect([first.run.status, kindsOf(first.differences)]).toEqual(['clean', ['late']])
    money.clock.advance(hour)
    const second = await reconcile(merchant)
    expect([second.run.status, second.differences]).toEqual(['clean', []])
  })

  test('money that was taken for a payment whose result is not known here: status_differs', async () => {
    const merchant = 'acct_status'
    money.bench.processor.charges.push('throws_after')
    money.bench.processor.finds.push('throws_before', 'throws_before', 'throws_before')
    const charge = await pay(merchant)
    money.clock.advance(2 * hour)
    const { differences } = await reconcile(merchant)
    money.bench.processor.finds.length = 0
    expect(differences).toMatchObject([
      { kind: 'status_differs', subject: charge, amount_there_str: '5000', detail: 'charge there, pending here' },
    ])
    await settle()
    expect((await reconcile(merchant)).differences).toEqual([])
  })
})

const book = (merchant: string, reference_id: string, amount: string, [from, to]: readonly [string, string]) =>
  money.ledger.post(asPayments, '/internal/transactions', {
    merchant,
    mode: 'test',
    reference_id,
    currency: 'usd',
    accounts: [
      { id: `sys_${from}_usd`, name: from, type: from === 'processor_receivable' ? 'asset' : 'liability' },
      { id: `sys_${to}_usd`, name: to, type: 'liability' },
    ],
    entries: [
      { account_id: `sys_${from}_usd`, amount, direction: 'debit' },
      { account_id: `sys_${to}_usd`, amount, direction: 'credit' },
    ],
  })

describe('what the ledger has otherwise is named', () => {
  test('a movement that never got there: not_posted once the grace is over', async () => {
    const merchant = 'acct_unposted'
    money.let(() => 'before')
    const charge = await pay(merchant)
    expect((await reconcile(merchant)).differences).toEqual([])
    money.clock.advance(2 * hour)
    const { differences } = await reconcile(merchant)
    money.let(() => undefined)
    expect(differences).toMatchObject([
      { kind: 'not_posted', subject: charge, reference_id: `micro:charge:${charge}`, amount_here_str: '5000' },
    ])
    await settle()
    expect((await reconcile(merchant)).differences).toEqual([])
  })

  test('a movement whose reference the ledger has with other amounts: ledger_differs', async () => {
    const merchant = 'acct_other'
    const movement = await money.record({ merchant, kind: 'payout_paid', amount: 500n, source: 'po_x', id: 'txn_00x' })
    await book(merchant, 'micro:payout_paid:po_x', '400', ['payouts_in_transit', 'dispute_reserve'])
    const { differences } = await reconcile(merchant)
    expect(differences).toMatchObject([
      { kind: 'ledger_differs', balance_transaction: movement.id, reference_id: 'micro:payout_paid:po_x' },
    ])
  })

  test('a transaction that nothing here stands for: ledger_unknown, and balance_differs where it moved the balance', async () => {
    const merchant = 'acct_ghost'
    await pay(merchant)
    await book(merchant, 'micro:dispute_lost:dp_ghost', '70', ['processor_receivable', 'dispute_reserve'])
    const first = await reconcile(merchant)
    expect(first.differences).toMatchObject([
      { kind: 'ledger_unknown', reference_id: 'micro:dispute_lost:dp_ghost', amount_there_str: '70' },
    ])
    await book(merchant, 'micro:charge:ch_ghost', '80', ['processor_receivable', 'merchant_balance'])
    const second = await reconcile(merchant)
    expect(kindsOf(second.differences)).toEqual(['balance_differs', 'ledger_unknown', 'ledger_unknown'])
    expect(second.differences.find(({ kind }) => kind === 'balance_differs')).toMatchObject({
      currency: 'usd',
      amount_here_str: '4825',
      amount_there_str: '4905',
    })
  })
})

test("another merchant's differences are not seen, not in a list and not by their ids", async () => {
  const [owner, stranger] = ['acct_owner', 'acct_stranger']
  const charge = await pay(owner)
  await plant(charge, { kind: 'duplicate' })
  await pay(stranger)
  const { run, differences } = await reconcile(owner)
  expect(kindsOf(differences)).toEqual(['duplicate_at_processor'])
  expect((await reconcile(stranger)).differences).toEqual([])
  for (const path of [`/payments/reconciliations/${run.id}`, `/payments/reconciliations/${run.id}/differences`])
    expect((await money.call(path, { merchant: stranger })).status).toBe(404)
  const { data } = await call<{ data: { id: string }[] }>(stranger, '/payments/reconciliations')
  expect(data.map(({ id }) => id)).not.toContain(run.id)
})

test('only what began in the time asked for is compared', async () => {
  const merchant = 'acct_period'
  await plant(await pay(merchant), { kind: 'duplicate' })
  money.clock.advance(10 * hour)
  const since = Math.floor(money.clock.now().getTime() / 1_000)
  const charge = await pay(merchant)
  await plant(charge, { kind: 'duplicate' })
  expect((await reconcile(merchant, { since })).differences).toMatchObject([{ charge }])
  expect((await reconcile(merchant, { until: since })).differences).toHaveLength(1)
  expect((await reconcile(merchant)).differences).toHaveLength(2)
})

describe('by itself', () => {
  const automatic = async (merchant: string) =>
    (await call<{ data: Reconciliation[] }>(merchant, '/payments/reconciliations')).data.filter(
      (each) => each.automatic,
    )
  const round = async () => {
    while (await money.payments.reconciliation.round()) continue
  }

  test('the books are compared once an hour when there is news, and once a day when there is none', async () => {
    const merchant = 'acct_hourly'
    await pay(merchant)
    money.clock.advance(1_000)
    await round()
    await round()
    expect(await automatic(merchant)).toMatchObject([{ status: 'clean', automatic: true }])
    money.clock.advance(2 * hour)
    await round()
    expect(await automatic(merchant)).toHaveLength(1)
    await pay(merchant)
    await round()
    expect(await automatic(merchant)).toHaveLength(2)
    money.clock.advance(25 * hour)
    await round()
    expect(await automatic(merchant)).toHaveLength(3)
  })

  test('however many processes look at once, it is done once', async () => {
    const merchant = 'acct_once'
    await pay(merchant)
    const others = [1, 2, 3].map(() => money.bench.another().parts.reconciliation)
    await Promise.all([money.payments.reconciliation, ...others].map((each) => each.round()))
    await round()
    expect(await automatic(merchant)).toHaveLength(1)
  })
})

test('one that is running keeps another from being asked for; what has ended stays as it is', async () => {
  const merchant = 'acct_running'
  await pay(merchant)
  const { id } = await call<Reconciliation>(merchant, '/payments/reconciliations', {})
  const refused = await money.call('/payments/reconciliations', { merchant, body: {} })
  expect([refused.status, refused.body.error['code']]).toEqual([409, 'reconciliation_running'])
  while (await money.payments.reconciliation.round()) continue
  await expect(
    money.bench.database.db.sql`update payments.reconciliations set movements = 0 where id = ${id}`,
  ).rejects.toThrow(/has ended/)
})

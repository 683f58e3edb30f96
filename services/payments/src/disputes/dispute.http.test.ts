import { evidenceTexts, type Dispute } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench, type CallOptions } from '../payments.fixture.ts'
import { responseMs } from '../processors/simulator-disputes.work.ts'
import { patientConfig, refunding } from '../refunds/refunds.fixture.ts'

let bench: Bench
let on: ReturnType<typeof refunding>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  on = refunding(bench)
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

type DisputeBody = Dispute & { error: Record<string, unknown>; data: Dispute[]; has_more: boolean }
const call = async (
  path: string,
  options: CallOptions = {},
): Promise<{ status: number; text: string; body: DisputeBody }> =>
  (await bench.call(path, options)) as unknown as { status: number; text: string; body: DisputeBody }
const hear = () =>
  Promise.all([bench.parts.afterwards.reports.round(), bench.another().parts.afterwards.reports.round()])
const get = async (id: string): Promise<DisputeBody> => (await call(`/v1/disputes/${id}`)).body
const update = (id: string, body: object, options: CallOptions = {}) => call(`/v1/disputes/${id}`, { body, ...options })

/** A charge that is disputed, and its dispute once payments have heard of it. */
const disputed = async (card = 'pm_card_createDispute', options: CallOptions = {}) => {
  const paid = await on.pay(card, {}, options)
  await hear()
  const [dispute] = (await call(`/v1/disputes?charge=${paid.charge}`, options)).body.data
  expect(dispute, `${card} was not disputed`).toBeDefined()
  return { ...paid, dispute: dispute! }
}
const entriesOf = (reference: string) =>
  bench.ledger.booked
    .get(reference)
    ?.entries.map((entry) => `${entry.direction} ${entry.account_id} ${String(entry.amount)}`)
    .toSorted()

describe('a dispute', () => {
  test('takes amount and fee from the balance, marks the charge, and tells of it, once', async () => {
    const { charge, intent, dispute } = await disputed()
    expect(dispute).toMatchObject({
      object: 'dispute',
      amount: 1999,
      charge,
      payment_intent: intent,
      currency: 'usd',
      reason: 'fraudulent',
      status: 'needs_response',
      is_charge_refundable: false,
      evidence_details: { has_evidence: false, past_due: false, submission_count: 0 },
    })
    expect(dispute.evidence_details.due_by).toBe(dispute.created + responseMs / 1_000)
    expect(dispute.balance_transactions).toHaveLength(1)
    expect(entriesOf(`micro:dispute:${dispute.id}`)).toEqual([
      'credit sys_dispute_reserve_usd 1999',
      'credit sys_fee_revenue_usd 1500',
      'debit sys_merchant_balance_usd 3499',
    ])
    expect((await on.chargeOf(charge))['disputed']).toBe(true)
    expect(await on.told(dispute.id)).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn'])
    await hear()
    expect((await call(`/v1/disputes?payment_intent=${intent}`)).body.data).toEqual([dispute])
    expect(await on.netOf(dispute.id)).toBe(-3499n)
  })

  test('for what did not arrive says so', async () => {
    expect((await disputed('pm_card_createDisputeProductNotReceived')).dispute.reason).toBe('product_not_received')
  })

  test('won gives the amount back and keeps the fee', async () => {
    const { charge, dispute } = await disputed()
    const submitted = await update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } })
    expect(submitted.body).toMatchObject({
      status: 'under_review',
      evidence: { uncategorized_text: 'winning_evidence' },
      evidence_details: { has_evidence: true, submission_count: 1, submission_method: 'manual' },
    })
    await hear()
    const won = await get(dispute.id)
    expect([won.status, won.balance_transactions.length]).toEqual(['won', 2])
    expect(entriesOf(`micro:dispute_reversal:${dispute.id}`)).toEqual([
      'credit sys_merchant_balance_usd 1999',
      'debit sys_dispute_reserve_usd 1999',
    ])
    expect(await on.netOf(dispute.id)).toBe(-1500n)
    expect(await on.told(dispute.id)).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.updated',
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
    ])
    expect((await on.refund({ charge })).body.amount, 'what was won can be refunded').toBe(1999)
  })

  test('lost is final, moves nothing more of the balance, and pays the processor from the reserve', async () => {
    const { dispute } = await disputed()
    await update(dispute.id, { evidence: { product_description: 'losing_evidence' } })
    await hear()
    expect((await get(dispute.id)).status).toBe('lost')
    expect(await on.netOf(dispute.id)).toBe(-3499n)
    expect(entriesOf(`micro:dispute_lost:${dispute.id}`)).toEqual([
      'credit sys_processor_receivable_usd 1999',
      'debit sys_dispute_reserve_usd 1999',
    ])
    expect((await get(dispute.id)).balance_transactions).toHaveLength(1)
    expect((await on.told(dispute.id)).at(-1)).toBe('charge.dispute.closed')
  })

  test('accepted is lost at once, and the processor is told', async () => {
    const { dispute } = await disputed()
    const path = `/v1/disputes/${dispute.id}/close`
    const closed = await call(path, { body: {}, key: 'accept' })
    expect([closed.status, closed.body.status]).toEqual([200, 'lost'])
    expect((await call(path, { body: {}, key: 'accept' })).text).toBe(closed.text)
    const [book] = await bench.database.db.sql`
      select standing from payments.simulator_disputes where charge = ${dispute.charge}`
    expect(book).toEqual({ standing: 'lost' })
    await hear()
    expect(await on.told(dispute.id)).toHaveLength(3)
    expect((await call(path, { body: {} })).body.error['code']).toBe('dispute_unexpected_state')
  })

  test('that nobody answers is lost when its time is over, not before', async () => {
    const { dispute } = await disputed()
    bench.clock.advance(responseMs - 1_000)
    await bench.parts.afterwards.disputes.round()
    expect((await get(dispute.id)).status).toBe('needs_response')
    bench.clock.advance(1_000)
    await Promise.all([bench.parts.afterwards.disputes.round(), bench.another().parts.afterwards.disputes.round()])
    await hear()
    const lost = await get(dispute.id)
    expect([lost.status, lost.evidence_details.past_due]).toEqual(['lost', true])
    expect((await on.told(dispute.id)).filter((type) => type === 'charge.dispute.closed')).toHaveLength(1)
  })

  test('that was answered in time is left to the bank, however long that takes', async () => {
    const { dispute } = await disputed()
    await update(dispute.id, { evidence: { uncategorized_text: 'Here is what happened.' } })
    bench.clock.advance(10 * responseMs)
    await bench.parts.afterwards.disputes.round()
    await hear()
    expect((await get(dispute.id)).status).toBe('under_review')
  })
})

describe('an inquiry', () => {
  test('moves no money, leaves the charge refundable, and ends closed', async () => {
    const { charge, dispute } = await disputed('pm_card_createDisputeInquiry')
    expect([dispute.status, dispute.is_charge_refundable, dispute.balance_transactions]).toEqual([
      'warning_needs_response',
      true,
      [],
    ])
    expect((await on.refund({ charge, amount: 1 })).status).toBe(200)
    await update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } })
    expect((await get(dispute.id)).status).toBe('warning_under_review')
    await hear()
    expect((await get(dispute.id)).status).toBe('warning_closed')
    expect(await on.netOf(dispute.id)).toBe(0n)
    expect(await on.told(dispute.id)).toEqual([
      'charge.dispute.created',
      'charge.dispute.updated',
      'charge.dispute.closed',
    ])
  })

  test('that nobody answers is closed when its time is over', async () => {
    const { dispute } = await disputed('pm_card_createDisputeInquiry')
    bench.clock.advance(responseMs)
    await bench.parts.afterwards.disputes.round()
    expect((await get(dispute.id)).status).toBe('warning_closed')
  })
})

describe('an inquiry that the bank makes a chargeback of', () => {
  const escalated = async () => {
    const { charge, dispute } = await disputed('pm_card_createDisputeInquiry')
    bench.clock.advance(60_000)
    await update(dispute.id, { evidence: { uncategorized_text: 'escalate_inquiry' } })
    await hear()
    return { charge, dispute, chargeback: await get(dispute.id) }
  }

  test('takes amount and fee then, once, tells of it, and is answered anew', async () => {
    const { charge, dispute, chargeback } = await escalated()
    expect(chargeback).toMatchObject({
      id: dispute.id,
      amount: 1999,
      status: 'needs_response',
      is_charge_refundable: false,
      evidence_details: { submission_count: 0, due_by: (dispute.evidence_details.due_by ?? 0) + 60 },
    })
    expect(chargeback.balance_transactions).toHaveLength(1)
    await hear()
    expect(await on.netOf(dispute.id)).toBe(-3499n)
    expect(entriesOf(`micro:dispute:${dispute.id}`)).toEqual([
      'credit sys_dispute_reserve_usd 1999',
      'credit sys_fee_revenue_usd 1500',
      'debit sys_merchant_balance_usd 3499',
    ])
    const refused = await on.refund({ charge })
    expect([refused.status, refused.body.error['code']]).toEqual([400, 'charge_disputed'])
    await update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } })
    await hear()
    expect((await get(dispute.id)).status).toBe('won')
    expect(await on.netOf(dispute.id)).toBe(-1500n)
    expect(await on.told(dispute.id)).toEqual([
      'charge.dispute.created',
      'charge.dispute.updated',
      'charge.dispute.updated',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.updated',
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
    ])
  })

  test('is lost when nobody answers the chargeback in time', async () => {
    const { dispute } = await escalated()
    bench.clock.advance(responseMs)
    await bench.parts.afterwards.disputes.round()
    expect((await get(dispute.id)).status).toBe('lost')
  })

  test('is not answered by what was said of the inquiry, if that was told late', async () => {
    bench.processor.telling.push('throws_after')
    const { dispute } = await escalated()
    bench.clock.advance(60_000)
    await bench.parts.afterwards.messages.round()
    const [book] = await bench.database.db.sql`
      select inquiry, standing from payments.simulator_disputes where charge = ${dispute.charge}`
    expect(book).toEqual({ inquiry: false, standing: 'needs_response' })
    expect((await get(dispute.id)).status).toBe('needs_response')
  })
})

describe('a disputed charge', () => {
  test('is not refunded beyond its dispute, also when payments have not heard of it', async () => {
    const paid = await on.pay('pm_card_createDispute')
    const early = await on.refund({ charge: paid.charge })
    expect([early.status, early.body.status, early.body.failure_reason]).toEqual([
      200,
      'failed',
      'charge_for_pending_refund_disputed',
    ])
    expect(await on.netOf(early.body.id)).toBe(0n)
    await hear()
    const refused = await on.refund({ charge: paid.charge })
    expect([refused.status, refused.body.error['code']]).toEqual([400, 'charge_disputed'])
  })
})

describe('evidence', () => {
  test('is gathered field by field and handed in when asked for; an empty text takes a field away', async () => {
    const { dispute } = await disputed()
    const staged = await update(dispute.id, {
      evidence: { customer_name: 'Jenny', receipt_note: undefined },
      submit: false,
    })
    expect([staged.body.status, staged.body.evidence.customer_name]).toEqual(['needs_response', 'Jenny'])
    const changed = await update(dispute.id, {
      evidence: { customer_name: '', product_description: 'A tree' },
      submit: false,
      metadata: { case: '7' },
    })
    expect(changed.body).toMatchObject({
      evidence: { customer_name: null, product_description: 'A tree' },
      metadata: { case: '7' },
    })
    const named = await update(dispute.id, { metadata: { case: '' } })
    expect([named.body.status, named.body.metadata]).toEqual(['needs_response', {}])
    expect((await update(dispute.id, { submit: true })).body.status).toBe('under_review')
    const late = await update(dispute.id, { evidence: { customer_name: 'Late' } })
    expect([late.status, late.body.error['code']]).toEqual([400, 'dispute_unexpected_state'])
    expect((await update(dispute.id, { metadata: { a: 'b' } })).body.metadata, 'notes may always be made').toEqual({
      a: 'b',
    })
  })

  test('beyond 150,000 characters altogether is refused, and so are files and unknown fields', async () => {
    const { dispute } = await disputed()
    const evidence = Object.fromEntries(evidenceTexts.slice(0, 8).map((name) => [name, 'x'.repeat(19_000)]))
    const refused = await update(dispute.id, { evidence })
    expect([refused.status, refused.body.error['code'], refused.body.error['param']]).toEqual([
      400,
      'evidence_too_large',
      'evidence',
    ])
    for (const name of ['receipt', 'surprise'])
      expect((await update(dispute.id, { evidence: { [name]: 'file_1' } })).body.error['param']).toBe(
        `evidence[${name}]`,
      )
  })

  test('reaches the processor in the end, also when its answer is lost or it is down', async () => {
    for (const how of ['throws_before', 'throws_after'] as const) {
      const { dispute } = await disputed()
      bench.processor.telling.push(how)
      const { body } = await update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } })
      expect(body.status).toBe('under_review')
      bench.clock.advance(60_000)
      await Promise.all([bench.parts.afterwards.messages.round(), bench.another().parts.afterwards.messages.round()])
      await hear()
      expect((await get(dispute.id)).status).toBe('won')
    }
  })
})

test("another merchant's dispute answers like an unknown one, and stands in no list", async () => {
  const { charge, dispute } = await disputed()
  for (const who of [{ merchant: 'acct_b' }, { mode: 'live' as const }]) {
    const unknown = await call('/v1/disputes/dp_unknown', who)
    for (const [path, options] of [
      [`/v1/disputes/${dispute.id}`, {}],
      [`/v1/disputes/${dispute.id}`, { body: { submit: true } }],
      [`/v1/disputes/${dispute.id}/close`, { body: {} }],
    ] as const) {
      const answer = await call(path, { ...options, ...who })
      expect(answer.status).toBe(404)
      expect(answer.text.replaceAll(dispute.id, 'dp_unknown')).toBe(unknown.text)
    }
    expect((await call(`/v1/disputes?charge=${charge}`, who)).body.data).toEqual([])
  }
})

test('a dispute of a charge that is not settled yet is heard of later', async () => {
  let answered = (): void => {}
  const held = new Promise<void>((resolve) => (answered = resolve))
  const slow = bench.another({
    processors: {
      test: {
        ...bench.processor,
        charge: async (...args) => {
          const outcome = await bench.processor.charge(...args)
          await held
          return outcome
        },
      },
      live: undefined,
    },
  })
  const merchant = 'acct_early'
  const paying = slow.call('/v1/payment_intents', {
    body: { amount: 500, currency: 'usd', payment_method: 'pm_card_createDispute', confirm: true },
    merchant,
  })
  const list = async () => (await call('/v1/disputes', { merchant })).body.data
  await expect
    .poll(
      async () =>
        (
          await bench.database.db.sql`
      select s.id from payments.simulator_disputes s join payments.charges c on c.id = s.charge
      where c.merchant = ${merchant}`
        ).length,
    )
    .toBe(1)
  await hear()
  expect(await list()).toEqual([])
  answered()
  await paying
  await hear()
  expect(await list()).toHaveLength(1)
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'
import { refundEndsAfterMs } from '../processors/simulator-refunds.work.ts'
import { patientConfig, refunding } from './refunds.fixture.ts'

let bench: Bench
let on: ReturnType<typeof refunding>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  on = refunding(bench)
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

const hear = () => bench.parts.afterwards.reports.round()
const refunded = async (id: string) => (await on.chargeOf(id))['amount_refunded']

describe('a refund that ends later', () => {
  test('is pending, counts as refunded, and succeeds when the processor says so', async () => {
    const { charge } = await on.pay('pm_card_pendingRefund')
    const { body } = await on.refund({ charge })
    expect(body).toMatchObject({ status: 'pending', pending_reason: 'processing' })
    expect(body.balance_transaction).toMatch(/^txn_/)
    await hear()
    expect((await on.call(`/v1/refunds/${body.id}`)).body.status).toBe('pending')
    bench.clock.advance(refundEndsAfterMs)
    await Promise.all([hear(), bench.another().parts.afterwards.reports.round()])
    const after = (await on.call(`/v1/refunds/${body.id}`)).body
    expect(after).toEqual({
      ...body,
      status: 'succeeded',
      pending_reason: undefined,
      destination_details: after.destination_details,
    })
    expect(await on.told(body.id)).toEqual(['refund.created', 'refund.updated', 'charge.refund.updated'])
    expect(await on.netOf(body.id)).toBe(-1999n)
  })

  test('is found out by looking it up, when the report is lost', async () => {
    const { charge } = await on.pay('pm_card_pendingRefund')
    const { id } = (await on.refund({ charge })).body
    await bench.database.owner.sql`delete from payments.simulator_reports where subject = ${id}`
    bench.clock.advance(6 * 60_000)
    await bench.parts.afterwards.refunds.round()
    expect((await on.call(`/v1/refunds/${id}`)).body.status).toBe('succeeded')
    expect(bench.processor.refundsSent.filter((sent) => sent === id)).toHaveLength(1)
  })

  test('fails after it succeeded: the money comes back, and the charge can be refunded again', async () => {
    const { charge } = await on.pay('pm_card_refundFail')
    const { body } = await on.refund({ charge, amount: 700 })
    expect([body.status, await refunded(charge)]).toEqual(['succeeded', 700n])
    bench.clock.advance(refundEndsAfterMs)
    await Promise.all([hear(), bench.another().parts.afterwards.reports.round()])
    const after = (await on.call(`/v1/refunds/${body.id}`)).body
    expect(after).toMatchObject({ status: 'failed', failure_reason: 'expired_or_canceled_card' })
    expect(after.failure_balance_transaction).toMatch(/^txn_/)
    expect([await refunded(charge), await on.netOf(body.id)]).toEqual([0n, 0n])
    expect(bench.ledger.booked.get(`micro:refund_failure:${body.id}`)?.entries).toEqual(
      expect.arrayContaining([{ account_id: 'sys_merchant_balance_usd', amount: '700', direction: 'credit' }]),
    )
    expect(await on.told(body.id)).toEqual([
      'refund.created',
      'refund.updated',
      'charge.refund.updated',
      'refund.failed',
    ])
    expect((await on.refund({ charge })).body.amount).toBe(1999)
  })
})

describe('canceling', () => {
  const cancel = (id: string, key?: string) =>
    on.call(`/v1/refunds/${id}/cancel`, { body: {}, ...(key === undefined ? {} : { key }) })

  test('stops a pending refund and gives the money back', async () => {
    const { charge } = await on.pay('pm_card_pendingRefund')
    const { id } = (await on.refund({ charge })).body
    const { status, body } = await cancel(id, `cancel-${id}`)
    expect([status, body.status, body.failure_reason]).toEqual([200, 'canceled', 'merchant_request'])
    expect([await refunded(charge), await on.netOf(id)]).toEqual([0n, 0n])
    expect(await on.told(id)).toEqual(['refund.created', 'refund.updated', 'charge.refund.updated'])
    expect((await cancel(id, `cancel-${id}`)).body).toEqual(body)
    bench.clock.advance(refundEndsAfterMs)
    await hear()
    expect((await on.call(`/v1/refunds/${id}`)).body.status).toBe('canceled')
  })

  test('is refused of one that has ended, also when it ended unheard', async () => {
    const { charge } = await on.pay('pm_card_pendingRefund')
    const done = (await on.refund({ charge: (await on.pay()).charge })).body.id
    const { id } = (await on.refund({ charge })).body
    bench.clock.advance(refundEndsAfterMs)
    for (const each of [done, id]) {
      const { status, body } = await cancel(each)
      expect([status, body.error['code'], body.error['message']]).toEqual([
        400,
        'refund_unexpected_state',
        'You cannot cancel this refund because it has a status of succeeded. Only a pending refund can be canceled.',
      ])
    }
    expect((await on.call(`/v1/refunds/${id}`)).body.status).toBe('succeeded')
  })

  test('says so when nobody knows whether it could be stopped, and converges under its key', async () => {
    const { charge } = await on.pay('pm_card_pendingRefund')
    const { id } = (await on.refund({ charge })).body
    bench.processor.refunding.push('throws_after', 'throws_before')
    const unknown = await cancel(id, `lost-${id}`)
    expect([unknown.status, unknown.body.error['code']]).toEqual([504, 'upstream_timeout'])
    expect((await cancel(id, `lost-${id}`)).body.status).toBe('canceled')
    expect(await on.netOf(id)).toBe(0n)
  })
})

describe('an ambiguous result of the processor', () => {
  for (const [how, sendings] of [
    ['throws_before', 2],
    ['throws_after', 1],
    ['hangs_before', 2],
    ['hangs_after', 1],
  ] as const) {
    test(`${how}: is looked up by our id, and sent again only when it certainly did not arrive`, async () => {
      const { charge } = await on.pay()
      bench.processor.refunding.push(how)
      // Only what hangs is to be given up soon, and a look-up never.
      const hasty = { ...patientConfig, processorTimeoutMs: how.startsWith('hangs') ? 150 : 60_000 }
      const { call } = bench.another({ config: hasty })
      const { body } = await refunding({ ...bench, call }).refund({ charge })
      expect(body.status).toBe('succeeded')
      expect(bench.processor.refundsSent.filter((id) => id === body.id)).toHaveLength(sendings)
    })
  }

  test('while even the look-up fails the refund is pending and holds its part of the charge; then it is completed', async () => {
    const { charge } = await on.pay()
    bench.processor.refunding.push('throws_after')
    bench.processor.findingRefunds.push('throws_before')
    const first = await on.refund({ charge, amount: 1500 }, { key: `unknown-${charge}` })
    expect([first.status, first.body.status, first.body.balance_transaction]).toEqual([200, 'pending', null])
    expect((await on.call(`/v1/refunds/${first.body.id}/cancel`, { body: {} })).body.error['code']).toBe('lock_timeout')
    expect((await on.refund({ charge, amount: 500 })).body.error['message']).toContain(
      'unrefunded amount on charge ($4.99)',
    )
    await bench.parts.afterwards.refunds.round()
    expect(
      (await on.call(`/v1/refunds/${first.body.id}`)).body.balance_transaction,
      'fresh ones are left alone',
    ).toBeNull()
    bench.clock.advance(bench.config.chargeLeaseMs + 1_000)
    await Promise.all([bench.parts.afterwards.refunds.round(), bench.another().parts.afterwards.refunds.round()])
    expect((await on.call(`/v1/refunds/${first.body.id}`)).body.status).toBe('succeeded')
    expect(await on.told(first.body.id)).toEqual(['refund.created'])
    expect(await on.netOf(first.body.id)).toBe(-1500n)
    expect(bench.processor.refundsSent.filter((id) => id === first.body.id)).toHaveLength(1)
  })
})

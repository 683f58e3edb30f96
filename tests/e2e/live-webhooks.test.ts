import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everythingKept } from '../security/kept.ts'
import { newMerchant } from './api.ts'
import { removeTemporaryDirectories } from './harness.ts'
import { idOf, secondsNow, startLivePair, type LivePair } from './live.fixture.ts'

let pair: LivePair
beforeAll(async () => {
  pair = await startLivePair()
}, 180_000)
afterAll(async () => {
  await pair?.[Symbol.asyncDispose]()
  await removeTemporaryDirectories()
}, 180_000)

const superuser = async (): Promise<string> => {
  const password = await readFile(join(pair.mine.dataDir, 'postgres', 'secrets', 'superuser-password'), 'utf8')
  const url = new URL(pair.mine.instance.databases.payments.url)
  return Object.assign(url, { username: 'postgres', password: password.trim() }).href
}

const disputesOf = async (charge: string | { id: string } | null) =>
  (await pair.stripe.disputes.list({ charge: idOf(charge), expand: ['data.balance_transactions'] })).data

describe('what is told is taken', () => {
  const event = { id: 'evt_1', object: 'event', type: 'payment_intent.succeeded', data: { object: { id: 'pi_1' } } }

  test('with the right signature, also where it is about nothing here', async () => {
    for (const told of [event, { ...event, type: 'customer.created' }, { nothing: true }]) {
      const response = await pair.tell(told)
      expect([response.status, await response.json()]).toEqual([200, { received: true }])
    }
  })

  test('with no other, and every refusal is the same', async () => {
    const stranger = await newMerchant(pair.mine.url)
    const other = await stranger.live('POST', '/payments/processors', {
      body: { kind: 'stripe', url: pair.proxy.url, secret_key: pair.account.key, currencies: ['usd'] },
    })
    const refused = await Promise.all([
      pair.tell(event, { secret: 'whsec_of_nobody' }),
      pair.tell(event, { payload: JSON.stringify({ ...event, id: 'evt_2' }) }),
      pair.tell(event, { at: secondsNow() - 301 }),
      pair.tell(event, { processor: 'proc_unknown' }),
      // It is there, and has no secret yet.
      pair.tell(event, { processor: other.body.id }),
      fetch(`${pair.mine.url}/payments/processors/${pair.processor}/webhook`, { method: 'POST', body: '{}' }),
      fetch(`${pair.mine.url}/payments/processors/${pair.processor}/webhook`, { method: 'POST' }),
    ])
    const answers = await Promise.all(refused.map(async (response) => [response.status, await response.text()]))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject([400, expect.stringContaining('webhook_signature_invalid')])
  })

  test('up to a size', async () => {
    const response = await pair.tell({ ...event, padding: 'x'.repeat(256 * 1024) })
    expect(response.status).toBe(413)
  })

  test('and its secret is neither shown, nor stored, nor logged, nor set by another merchant', async () => {
    const path = `/payments/processors/${pair.processor}/webhook_secret`
    const body = { webhook_secret: 'whsec_of_the_processor' }
    const answer = await pair.merchant.live('POST', path, { body })
    expect(answer.body).toMatchObject({
      object: 'payment_processor_webhook',
      processor: pair.processor,
      url: `${pair.mine.url}/payments/processors/${pair.processor}/webhook`,
    })
    expect(JSON.stringify(answer.body)).not.toContain(pair.secret)
    const stranger = await newMerchant(pair.mine.url)
    expect((await stranger.live('POST', path, { body })).status).toBe(404)
    expect((await pair.merchant.test('POST', path, { body })).status).toBe(404)
    const kept = await everythingKept([await superuser()])
    expect(kept).toContain(pair.processor)
    expect(kept).not.toContain(pair.secret)
    expect(pair.mine.running.stdout() + pair.mine.running.stderr()).not.toContain(pair.secret)
  })
})

describe('what a processor tells later', () => {
  test('a refund that fails there gives the money back here', async () => {
    const intent = await pair.pay('tok_refundFail')
    const refund = await pair.stripe.refunds.create({ payment_intent: intent.id, amount: 700 })
    expect(refund.status).toBe('succeeded')
    const paid = await pair.paidThere(intent.latest_charge)
    const { data } = await pair.there.refunds.list({ payment_intent: paid.id })
    await pair.pass('refund.failed', data[0]?.id ?? '')
    await eventually(async () => {
      expect(await pair.stripe.refunds.retrieve(refund.id)).toMatchObject({
        status: 'failed',
        failure_reason: 'expired_or_canceled_card',
        failure_balance_transaction: expect.stringMatching(/^txn_/) as string,
      })
    })
  })

  test('a refund that ends later ends here, however often it is told', async () => {
    const intent = await pair.pay('tok_pendingRefund')
    const refund = await pair.stripe.refunds.create({ payment_intent: intent.id })
    expect(refund.status).toBe('pending')
    const paid = await pair.paidThere(intent.latest_charge)
    const { data } = await pair.there.refunds.list({ payment_intent: paid.id })
    const id = data[0]?.id ?? ''
    await eventually(async () => expect((await pair.there.refunds.retrieve(id)).status).toBe('succeeded'))
    for (let times = 0; times < 3; times++) await pair.pass('refund.updated', id)
    await eventually(async () => expect((await pair.stripe.refunds.retrieve(refund.id)).status).toBe('succeeded'))
    const moved = await pair.stripe.balanceTransactions.list({ source: refund.id })
    expect(moved.data.map(({ type, amount }) => [type, amount])).toEqual([['refund', -2000]])
  })

  for (const [token, evidence, opened, closed, moves] of [
    ['tok_createDispute', 'winning_evidence', 'needs_response', 'won', [-2000, 2000]],
    ['tok_createDispute', 'losing_evidence', 'needs_response', 'lost', [-2000]],
    ['tok_createDisputeInquiry', 'losing_evidence', 'warning_needs_response', 'warning_closed', []],
  ] as const)
    test(`a dispute there, ${opened}, is ours and is answered from here: ${closed}`, async () => {
      const intent = await pair.pay(token)
      const paid = await pair.paidThere(intent.latest_charge)
      const theirs = await eventually(async () => {
        const [found] = (await pair.there.disputes.list({ payment_intent: paid.id })).data
        if (found === undefined) throw new Error('none yet')
        return found
      })
      await pair.pass('charge.dispute.created', theirs.id)
      const dispute = await eventually(async () => {
        const [found] = await disputesOf(intent.latest_charge)
        if (found === undefined) throw new Error('none yet')
        return found
      })
      expect(dispute).toMatchObject({
        status: opened,
        amount: 2000,
        reason: 'fraudulent',
        charge: intent.latest_charge,
      })
      await pair.stripe.disputes.update(dispute.id, {
        evidence: { product_description: 'A hat.', uncategorized_text: evidence },
        submit: true,
      })
      await eventually(async () => expect((await pair.there.disputes.retrieve(theirs.id)).status).toBe(closed))
      expect((await pair.there.disputes.retrieve(theirs.id)).evidence.product_description).toBe('A hat.')
      await pair.pass('charge.dispute.closed', theirs.id)
      await eventually(async () => {
        const [ended] = await disputesOf(intent.latest_charge)
        expect(ended?.status).toBe(closed)
        expect(ended?.balance_transactions.map(({ amount }) => amount)).toEqual(moves)
      })
    })

  test('an inquiry that the bank there makes a chargeback of is one here, answered anew from here', async () => {
    const intent = await pair.pay('tok_createDisputeInquiry')
    const paid = await pair.paidThere(intent.latest_charge)
    const theirs = await eventually(async () => {
      const [found] = (await pair.there.disputes.list({ payment_intent: paid.id })).data
      if (found === undefined) throw new Error('none yet')
      return found
    })
    const reaches = async (status: string, moves: readonly number[]) =>
      eventually(async () => {
        const [dispute] = await disputesOf(intent.latest_charge)
        expect(dispute?.status).toBe(status)
        expect(dispute?.balance_transactions.map(({ amount }) => amount)).toEqual(moves)
        return dispute?.id ?? ''
      })
    const answer = (id: string, text: string) =>
      pair.stripe.disputes.update(id, { evidence: { uncategorized_text: text }, submit: true })
    const standsThere = (status: string) =>
      eventually(async () => expect((await pair.there.disputes.retrieve(theirs.id)).status).toBe(status))
    await pair.pass('charge.dispute.created', theirs.id)
    const id = await reaches('warning_needs_response', [])
    await answer(id, 'escalate_inquiry')
    await standsThere('needs_response')
    await pair.pass('charge.dispute.updated', theirs.id)
    await reaches('needs_response', [-2000])
    await answer(id, 'winning_evidence')
    await standsThere('won')
    await pair.pass('charge.dispute.closed', theirs.id)
    await reaches('won', [-2000, 2000])
  })

  test('a payment whose answer was lost is learnt by what is told of it, before the completer looks', async () => {
    pair.proxy.loseAnswerOf('POST /v1/payment_intents')
    pair.proxy.loseRequest('GET /v1/payment_intents')
    const intent = await pair.pay()
    expect(intent.status).toBe('processing')
    const paid = await pair.paidThere(intent.latest_charge)
    await pair.pass('payment_intent.succeeded', paid.id)
    await eventually(
      async () => expect((await pair.stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded'),
      {
        timeoutMs: 8_000,
      },
    )
  })

  test('an authorisation that lapsed there ends here', async () => {
    const intent = await pair.pay('tok_visa', { capture_method: 'manual' })
    const paid = await pair.paidThere(intent.latest_charge)
    await pair.there.paymentIntents.cancel(paid.id)
    await pair.pass('payment_intent.canceled', paid.id)
    await eventually(async () => expect((await pair.stripe.paymentIntents.retrieve(intent.id)).status).toBe('canceled'))
  })
})

describe('what was told is looked up, so that', () => {
  test('one that is forged with the right secret moves nothing', async () => {
    const intent = await pair.pay('tok_visa', { capture_method: 'manual' })
    const paid = await pair.paidThere(intent.latest_charge)
    const object = { ...paid, status: 'canceled', metadata: { micro_charge: intent.latest_charge } }
    await pair.tell({ id: 'evt_forged', object: 'event', type: 'payment_intent.canceled', data: { object } })
    await pair.tell({ id: 'evt_other', object: 'event', type: 'refund.failed', data: { object: { id: 're_nothing' } } })
    // What was told after it is worked off: so is it.
    const refunded = await pair.pay('tok_refundFail')
    const refund = await pair.stripe.refunds.create({ payment_intent: refunded.id })
    const { data } = await pair.there.refunds.list({
      payment_intent: (await pair.paidThere(refunded.latest_charge)).id,
    })
    await pair.pass('refund.failed', data[0]?.id ?? '')
    await eventually(async () => expect((await pair.stripe.refunds.retrieve(refund.id)).status).toBe('failed'))
    expect((await pair.stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_capture')
  })

  test("another merchant's payments are out of the reach of who has a processor of their own", async () => {
    const stranger = await newMerchant(pair.mine.url)
    const made = await stranger.live('POST', '/payments/processors', {
      body: { kind: 'stripe', url: pair.proxy.url, secret_key: pair.account.key, currencies: ['usd'] },
    })
    const secret = 'whsec_of_the_stranger'
    const path = `/payments/processors/${made.body.id}/webhook_secret`
    await stranger.live('POST', path, { body: { webhook_secret: secret } })
    const intent = await pair.pay('tok_visa', { capture_method: 'manual' })
    const paid = await pair.paidThere(intent.latest_charge)
    await pair.there.paymentIntents.cancel(paid.id)
    const event = await pair.eventThere('payment_intent.canceled', paid.id)
    const told = await pair.tell(event, { secret, processor: made.body.id })
    expect(told.status).toBe(200)
    const client = new pg.Client({ connectionString: await superuser() })
    await client.connect()
    await eventually(async () => {
      const { rows } = await client.query('select outcome from payments.processor_events where processor = $1', [
        made.body.id,
      ])
      expect(rows).toEqual([{ outcome: 'ignored' }])
    })
    await client.end()
    expect((await pair.stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_capture')
  })
})

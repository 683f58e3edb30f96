import { addMs } from '@micro/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, patientConfig, type Bench } from '../payments.fixture.ts'
import { scriptedProcessors } from '../processors/live.fixture.ts'
import type { ProcessorOutcome } from '../processors/processor.ts'
import type { SettlementLine } from '../processors/settling.ts'
import type { Told } from '../processors/telling.ts'
import { insertEvent } from './inbox.store.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

type Standing = 'succeeded' | 'soft'
let merchants = 0

/** A merchant with processors of live mode that answer as said, and tell of what is in `told`. */
const live = async (...standings: Standing[]) => {
  const merchant = `acct_inbox${++merchants}`
  const processors: string[] = []
  for (const [priority] of standings.entries()) {
    const body = { kind: 'stripe', secret_key: `sk_live_${merchant}_${priority}`, currencies: ['usd'], priority }
    processors.push((await bench.call('/payments/processors', { merchant, mode: 'live', body })).body.id)
  }
  const told = new Map<string, Told>()
  /** What a call of its processor waits for, before it answers. */
  const holds: Promise<void>[] = []
  const answers = Object.fromEntries(processors.map((id, at) => [id, standings[at] ?? 'succeeded']))
  const scripted = scriptedProcessors(bench, answers)
  const processor = scripted.live.of({ merchant, mode: 'live' })
  const another = bench.another({
    processors: {
      test: bench.processor,
      live: {
        ...scripted.live,
        of: () => ({
          ...processor,
          async charge(...args) {
            const hold = holds.shift()
            const outcome = await processor.charge(...args)
            await hold
            return outcome
          },
          refunds: {
            ...processor.refunds,
            async send({ id }) {
              await holds.shift()
              return { kind: 'succeeded', processorId: `theirs_${id}` }
            },
          },
        }),
        teller: () =>
          Promise.resolve({
            about: (object: string) => Promise.resolve(told.get(object)),
            settled: () => Promise.resolve({ lines: [], next: undefined }),
          }),
      },
    },
  })
  const call = (path: string, body?: object) =>
    another.call(path, { merchant, mode: 'live', ...(body === undefined ? {} : { body }) })
  let events = 0
  return {
    call,
    holds,
    charged: scripted.charged,
    processor: processors[0] ?? '',
    pay: async () => {
      const { body } = await call('/v1/payment_intents', paying())
      return { intent: body.id, charge: body.latest_charge ?? '' }
    },
    /** The processor tells how something stands; what became of the event. */
    async hear(what: Told) {
      const object = `obj_${++events}`
      told.set(object, what)
      const event = { id: `evt_${events}`, type: 'charge.updated', object, received_at: bench.clock.now() }
      await insertEvent(bench.database.db.sql, { ...event, merchant, mode: 'live', processor: processors[0] ?? '' })
      await another.parts.inbox.round()
      const [row] = await bench.database.db.sql<{ outcome: string | null }>`
        select outcome from payments.processor_events where merchant = ${merchant} and id = ${event.id}`
      return row?.outcome ?? 'early'
    },
    again: () => another.parts.inbox.round(),
    async moved() {
      return bench.database.db.sql<{ kind: string; net: bigint }>`
        select kind, net from payments.movements where merchant = ${merchant} order by kind`
    },
  }
}

let methods = 0
const paying = () => ({ amount: 900, currency: 'usd', payment_method: `pm_inbox${++methods}`, confirm: true })

/** A payment there that is of this charge, and a refund that is of this refund. */
const paymentOf = (charge: string) => ({ id: `theirs_${charge}`, amount: 900n, currency: 'usd', isManual: false })
const refundOf = (refund: string) => ({ id: `theirs_${refund}`, payment: null, amount: 900n, currency: 'usd' })

const dispute = (charge: string, inquiry: boolean, more: Partial<Told & { kind: 'dispute' }> = {}): Told => ({
  kind: 'dispute',
  payment: paymentOf(charge),
  currency: 'usd',
  decision: undefined,
  lines: [],
  dispute: {
    id: `proc:dp_of_${charge}`,
    charge,
    amount: 900n,
    reason: 'fraudulent',
    inquiry,
    responseMs: 1_000_000,
  },
  ...more,
})

describe('a dispute of live mode', () => {
  for (const decision of ['won', 'lost'] as const)
    test(`that was an inquiry and became a chargeback is booked once, and ends ${decision}`, async () => {
      const { pay, hear, call, moved } = await live('succeeded')
      const { charge } = await pay()
      expect(await hear(dispute(charge, true))).toBe('heard')
      expect((await moved()).map(({ kind }) => kind)).toEqual(['charge'])
      expect(await hear(dispute(charge, false))).toBe('heard')
      expect(await hear(dispute(charge, false))).toBe('heard')
      const [chargeback] = (await call('/v1/disputes')).body.data
      expect(chargeback?.status).toBe('needs_response')
      expect(await hear(dispute(charge, false, { decision }))).toBe('heard')
      expect((await call('/v1/disputes')).body.data[0]?.status).toBe(decision)
      const ending = decision === 'won' ? (['dispute_reversal', 900n] as const) : (['dispute_lost', 0n] as const)
      expect((await moved()).map(({ kind, net }) => [kind, net])).toEqual([
        ['charge', 900n],
        ['dispute', -900n],
        [...ending],
      ])
      const told = (await bench.events(chargeback?.id ?? '')).map(({ type }) => type)
      expect(told.slice(0, 3)).toEqual([
        'charge.dispute.created',
        'charge.dispute.updated',
        'charge.dispute.funds_withdrawn',
      ])
    })

  test('whose chargeback was lost before it was told is booked with its end', async () => {
    const { pay, hear, moved } = await live('succeeded')
    const { charge } = await pay()
    await hear(dispute(charge, true))
    expect(await hear(dispute(charge, false, { decision: 'lost' }))).toBe('heard')
    expect((await moved()).map(({ kind }) => kind)).toEqual(['charge', 'dispute', 'dispute_lost'])
  })

  test('that was lost and is told won is not passed over: the log names it', async () => {
    const { pay, hear, moved } = await live('succeeded')
    const { charge } = await pay()
    await hear(dispute(charge, false, { decision: 'lost' }))
    expect(await hear(dispute(charge, false, { decision: 'won' }))).toBe('ignored')
    expect((await moved()).map(({ kind }) => kind)).toEqual(['charge', 'dispute', 'dispute_lost'])
    expect(
      bench.logged.some((line) => line.includes('dispute.ended_otherwise') && line.includes(`dp_of_${charge}`)),
    ).toBe(true)
  })

  test('that was closed as an inquiry and is a chargeback after all: the log names it', async () => {
    const { pay, hear, moved } = await live('succeeded')
    const { charge } = await pay()
    await hear(dispute(charge, true, { decision: 'closed' }))
    await hear(dispute(charge, false))
    expect((await moved()).map(({ kind }) => kind)).toEqual(['charge'])
    expect(bench.logged.some((line) => line.includes('dispute.escalated_after_its_end'))).toBe(true)
  })
})

describe('what is told while the request is at work', () => {
  const held = (holds: Promise<void>[]): (() => void) => {
    let release = (): void => {}
    holds.push(new Promise((resolve) => (release = resolve)))
    return release
  }
  const decline: ProcessorOutcome = {
    kind: 'declined',
    code: 'card_declined',
    declineCode: 'try_again_later',
    message: 'No.',
  }

  test('of its charge is heard after it: the request writes its result, and its answer is the one', async () => {
    const { call, holds, hear, again, charged } = await live('succeeded')
    const release = held(holds)
    const paying_ = call('/v1/payment_intents', paying())
    await expect.poll(() => charged.size).toBe(1)
    const [[charge, outcome] = ['', undefined]] = [...charged]
    expect(await hear({ kind: 'charge', charge, payment: paymentOf(charge), outcome, canceled: false })).toBe('early')
    release()
    expect((await paying_).body.status).toBe('succeeded')
    bench.clock.advance(10_000)
    await again()
    expect((await bench.events(charge)).filter(({ type }) => type === 'charge.succeeded')).toHaveLength(1)
  })

  test('of its refund is heard after it', async () => {
    const { call, pay, holds, hear } = await live('succeeded')
    const { charge } = await pay()
    const release = held(holds)
    const refunding = call('/v1/refunds', { charge })
    const pending = () =>
      bench.database.db.sql<{ id: string }>`select id from payments.refunds where charge = ${charge}`
    await expect.poll(async () => (await pending()).length).toBe(1)
    const refund = (await pending())[0]?.id ?? ''
    const outcome = { kind: 'succeeded', processorId: `theirs_${refund}` } as const
    expect(await hear({ kind: 'refund', refund, there: refundOf(refund), outcome })).toBe('early')
    release()
    expect((await refunding).body.status).toBe('succeeded')
    expect(await hear({ kind: 'refund', refund, there: refundOf(refund), outcome })).toBe('heard')
  })

  test('for longer than its lease is heard; a request without a key then answers how the intent stands', async () => {
    const { call, holds, hear, charged } = await live('soft', 'succeeded')
    const release = held(holds)
    const paying_ = call('/v1/payment_intents', paying())
    await expect.poll(() => charged.size).toBe(1)
    const charge = [...charged.keys()][0] ?? ''
    bench.clock.advance(patientConfig.chargeLeaseMs + 1)
    expect(await hear({ kind: 'charge', charge, payment: paymentOf(charge), outcome: decline, canceled: false })).toBe(
      'heard',
    )
    release()
    const answer = await paying_
    expect([answer.status, answer.body.status]).toEqual([200, 'succeeded'])
    expect(answer.body.latest_charge).not.toBe(charge)
  })
})

describe('what a processor kept', () => {
  const line = (charge: string, currency: string): SettlementLine => ({
    id: `line_of_${charge}`,
    kind: 'charge',
    subject: charge,
    charge,
    processorId: `theirs_${charge}`,
    amount: 900n,
    currency,
    fee: 40n,
    settledAt: addMs(bench.clock.now(), 0),
  })
  const shown = async (call: Awaited<ReturnType<typeof live>>['call']) =>
    ((await call('/v1/balance_transactions?type=charge')).body.data[0] as { processor_fee?: unknown } | undefined)
      ?.processor_fee

  for (const [currency, want] of [
    ['usd', 40],
    ['eur', null],
  ] as const)
    test(`in ${currency} of a payment in usd is shown as ${String(want)}`, async () => {
      const { pay, hear, call } = await live('succeeded')
      const { charge } = await pay()
      await hear({ kind: 'settled', payment: paymentOf(charge), charge, lines: [line(charge, currency)] })
      expect(await shown(call)).toBe(want)
    })

  test('is not shown before it is booked', async () => {
    const { pay, hear, call } = await live('succeeded')
    const { charge } = await pay()
    await hear({ kind: 'settled', payment: paymentOf(charge), charge, lines: [line(charge, 'usd')] })
    await bench.database.owner.sql`update payments.settlement_lines set fee_due = true where charge = ${charge}`
    expect(await shown(call)).toBeNull()
  })
})

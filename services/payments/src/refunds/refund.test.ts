import type { RefundStatus } from '@micro/contracts'
import { addMs, systemClock } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import type { RefundOutcome } from '../processors/refunding.ts'
import { amountToRefund, inWords, type Refundable } from './refundable.ts'
import { applyOutcome, checkCancelable, pendingRefund, type Refund } from './refund.ts'
import { settleRefund } from './refund.settlement.ts'

const now = systemClock.now()
const terms = {
  ids: { taken: 'txn_taken', givenBack: 'txn_back' },
  requestId: 'req_1',
  now,
  merchantNow: now,
  postingLeaseMs: 1_000,
  nextLookUp: addMs(now, 60_000),
}
const unsent = pendingRefund(
  {
    id: 'ch_1',
    merchant: 'acct_1',
    mode: 'test',
    payment_intent: 'pi_1',
    customer: null,
    payment_method: 'pm_1',
    currency: 'usd',
  },
  {
    id: 're_1',
    amount: 500n,
    reason: null,
    metadata: {},
    request_id: 'req_1',
    idempotency_key: null,
    answer_status: 200,
    created_at: now,
    leased_until: now,
  },
)
const outcomeOf = (kind: RefundOutcome['kind']): RefundOutcome =>
  kind === 'failed' ? { kind, processorId: 'sim_1', reason: 'declined' } : { kind, processorId: 'sim_1' }
const after = (...kinds: RefundOutcome['kind'][]): Refund =>
  kinds.reduce((refund, kind) => applyOutcome(refund, outcomeOf(kind), terms) ?? refund, unsent)

describe('every cell of the transition table', () => {
  const states: Record<string, Refund> = {
    unsent,
    pending: after('pending'),
    succeeded: after('succeeded'),
    failed: after('failed'),
    canceled: after('pending', 'canceled'),
  }
  const cells: Record<string, Record<RefundOutcome['kind'], RefundStatus | 'unchanged'>> = {
    unsent: { pending: 'pending', succeeded: 'succeeded', failed: 'failed', canceled: 'canceled' },
    pending: { pending: 'unchanged', succeeded: 'succeeded', failed: 'failed', canceled: 'canceled' },
    succeeded: { pending: 'unchanged', succeeded: 'unchanged', failed: 'failed', canceled: 'unchanged' },
    failed: { pending: 'unchanged', succeeded: 'unchanged', failed: 'unchanged', canceled: 'unchanged' },
    canceled: { pending: 'unchanged', succeeded: 'unchanged', failed: 'unchanged', canceled: 'unchanged' },
  }
  for (const [state, row] of Object.entries(cells))
    for (const [kind, want] of Object.entries(row) as [RefundOutcome['kind'], RefundStatus | 'unchanged'][])
      test(`${state} + ${kind} = ${want}`, () => {
        expect(applyOutcome(states[state]!, outcomeOf(kind), terms)?.status ?? 'unchanged').toBe(want)
      })
})

describe('what moves adds up to what the refund has become', () => {
  const lives: [RefundOutcome['kind'][], [string, bigint][], string[][]][] = [
    [['succeeded'], [['refund', -500n]], [['refund.created', 'charge.refunded']]],
    [
      ['pending', 'succeeded'],
      [['refund', -500n]],
      [
        ['refund.created', 'charge.refunded'],
        ['refund.updated', 'charge.refund.updated'],
      ],
    ],
    [['failed'], [], [['refund.created', 'refund.failed']]],
    [['canceled'], [], [['refund.created', 'refund.updated', 'charge.refund.updated']]],
    [
      ['succeeded', 'failed'],
      [
        ['refund', -500n],
        ['refund_failure', 500n],
      ],
      [
        ['refund.created', 'charge.refunded'],
        ['refund.updated', 'charge.refund.updated', 'refund.failed'],
      ],
    ],
    [
      ['pending', 'canceled'],
      [
        ['refund', -500n],
        ['refund_failure', 500n],
      ],
      [
        ['refund.created', 'charge.refunded'],
        ['refund.updated', 'charge.refund.updated'],
      ],
    ],
  ]
  for (const [kinds, moved, told] of lives)
    test(kinds.join(', then '), () => {
      let refund = unsent
      const settled = kinds.map((kind) => {
        const settlement = settleRefund(refund, outcomeOf(kind), terms)!
        refund = settlement.refund
        return settlement
      })
      expect(settled.flatMap(({ movements }) => movements.map(({ kind, net }) => [kind, net]))).toEqual(moved)
      expect(settled.map(({ eventsOn }) => eventsOn({} as never).map(({ type }) => type))).toEqual(told)
    })
})

test('only a pending refund that the processor has can be canceled', () => {
  const refused = (refund: Refund): unknown => {
    try {
      checkCancelable(refund)
      return undefined
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect([after('pending'), unsent, after('succeeded'), after('failed')].map(refused)).toEqual([
    undefined,
    'lock_timeout',
    'refund_unexpected_state',
    'refund_unexpected_state',
  ])
})

describe('how much can be refunded', () => {
  const charge: Refundable = {
    id: 'ch_1',
    payment_intent: 'pi_1',
    status: 'succeeded',
    captured: true,
    amount_captured: 1000n,
    amount_refunded: 300n,
    currency: 'usd',
  }
  const dispute = { id: 'dp_1', amount: 600n }
  const rows: [string, Partial<Refundable>, bigint | undefined, typeof dispute | undefined, bigint | string][] = [
    ['all that is left', {}, undefined, undefined, 700n],
    ['exactly what is left', {}, 700n, undefined, 700n],
    ['one more', {}, 701n, undefined, 'refund_exceeds_charge'],
    ['when nothing is left', { amount_refunded: 1000n }, undefined, undefined, 'charge_already_refunded'],
    ['what ends in 5 in a currency with three decimals', { currency: 'kwd' }, 105n, undefined, 'parameter_invalid'],
    ['all that is left, though it ends in 5', { currency: 'kwd', amount_refunded: 895n }, 105n, undefined, 105n],
    ['more of what has nothing left', { amount_refunded: 1000n }, 5n, undefined, 'charge_already_refunded'],
    ['what is not captured', { captured: false, amount_captured: 0n }, undefined, undefined, 'charge_not_captured'],
    ['what failed', { status: 'failed', captured: false }, undefined, undefined, 'charge_not_refundable'],
    ['all that a dispute leaves', {}, undefined, dispute, 100n],
    ['more than a dispute leaves', {}, 101n, dispute, 'charge_disputed'],
    ['when a dispute leaves nothing', {}, undefined, { ...dispute, amount: 1000n }, 'charge_disputed'],
    ['more than was charged, disputed too', {}, 701n, dispute, 'refund_exceeds_charge'],
  ]
  for (const [what, change, asked, disputed, want] of rows)
    test(`${what}: ${want}`, () => {
      const decide = () => amountToRefund({ ...charge, ...change }, { asked, dispute: disputed })
      if (typeof want === 'bigint') expect(decide()).toBe(want)
      else expect(decide).toThrow(expect.objectContaining({ code: want }) as Error)
    })

  for (const [amount, currency, want] of [
    [1999n, 'usd', '$19.99'],
    [2000n, 'jpy', '¥2,000'],
    [1500n, 'kwd', 'KWD 1.500'],
    [5n, 'eur', '€0.05'],
    [123_456_78n, 'isk', 'ISK 123,456.78'],
  ] as const)
    test(`${amount} ${currency} is said as ${want}`, () => expect(inWords(amount, currency)).toBe(want))
})

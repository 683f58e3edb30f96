import type {
  Charge,
  Dispute,
  Event,
  LedgerTransaction,
  PaymentIntent,
  Refund,
  WebhookDelivery,
} from '@micro/contracts'
import { expect, test } from 'vitest'
import type { Story } from './payments.data.ts'
import { moneyText } from '../ui/money.ts'
import { momentsOf } from './story.ts'

// As it is written where the test runs.
const price = moneyText(1999, 'usd')

const intent = (more: Partial<PaymentIntent> = {}) =>
  ({
    id: 'pi_1',
    created: 100,
    amount: 1999,
    currency: 'usd',
    status: 'succeeded',
    canceled_at: null,
    ...more,
  }) as PaymentIntent
const charge = (more: Partial<Charge> = {}) =>
  ({ id: 'ch_1', created: 100, amount: 1999, currency: 'usd', status: 'succeeded', captured: true, ...more }) as Charge
const refund = (more: Partial<Refund> = {}) =>
  ({ id: 're_1', created: 900, amount: 500, currency: 'usd', status: 'succeeded', charge: 'ch_1', ...more }) as Refund
const dispute = {
  id: 'dp_1',
  created: 950,
  amount: 1999,
  currency: 'usd',
  status: 'needs_response',
  charge: 'ch_1',
} as Dispute
const transaction = (more: Partial<LedgerTransaction> = {}) =>
  ({
    id: 'ltx_1',
    created: 100,
    description: 'Payment pi_1',
    entries: [],
    reference_id: 'micro:charge:ch_1',
    ...more,
  }) as unknown as LedgerTransaction
const event = (type: string, created: number, object: object) =>
  ({ id: `evt_${type}`, created, type, data: { object } }) as unknown as Event
const delivery = (more: Partial<WebhookDelivery> = {}) =>
  ({
    id: 'whd_1',
    created: 101,
    delivered: null,
    status: 'failed',
    attempts: 3,
    event: 'evt_charge.succeeded',
    event_type: 'charge.succeeded',
    last_status: 500,
    last_error: null,
    ...more,
  }) as WebhookDelivery
const story = (more: Partial<Story> = {}): Story => ({
  intent: intent(),
  charges: [],
  refunds: [],
  disputes: [],
  transactions: [],
  events: [],
  deliveries: [],
  ...more,
})

test('what happened within one second is told in the order in which it led to each other', () => {
  const all = story({
    deliveries: [delivery({ created: 100, delivered: 100, status: 'delivered', attempts: 1, last_status: 200 })],
    events: [event('charge.succeeded', 100, { id: 'ch_1', payment_intent: 'pi_1' })],
    transactions: [transaction()],
    refunds: [refund()],
    charges: [charge({ payment_method_details: { card: { brand: 'visa', last4: '4242' } } as never })],
    disputes: [dispute],
  })
  expect(momentsOf(all).map(({ kind, title, from }) => [kind, title, from])).toEqual([
    ['payment', `Payment of ${price} created`, undefined],
    ['confirmation', 'Confirmed with visa ···· 4242', 'pi_1'],
    ['charge', `Charged ${price}`, 'confirmation-ch_1'],
    ['ledger', 'Payment pi_1', 'ch_1'],
    ['event', 'charge.succeeded', 'ch_1'],
    ['webhook', 'Webhook charge.succeeded delivered', 'evt_charge.succeeded'],
    ['refund', `Refund of ${moneyText(500, 'usd')} succeeded`, 'ch_1'],
    ['dispute', `Disputed: ${price}`, 'ch_1'],
  ])
})

for (const [name, told, title, note] of [
  [
    'a decline',
    story({ charges: [charge({ status: 'failed', outcome: { reason: 'insufficient_funds' } as never })] }),
    `Charge of ${price} was declined`,
    expect.stringContaining('not enough money'),
  ],
  ['an authorisation', story({ charges: [charge({ captured: false })] }), `${price} authorised`, undefined],
  [
    'a cancellation',
    story({ intent: intent({ status: 'canceled', canceled_at: 200, cancellation_reason: 'abandoned' }) }),
    'Payment canceled',
    'abandoned',
  ],
  [
    'a failing webhook',
    story({ deliveries: [delivery()] }),
    'Webhook charge.succeeded failed',
    '3 attempts, last answer 500',
  ],
] as const)
  test(`${name} is told in plain words`, () =>
    expect(momentsOf(told).at(-1)).toMatchObject({ title, notes: note === undefined ? [] : [note] }))

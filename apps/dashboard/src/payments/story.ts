import type { Charge, Refund } from '@micro/contracts'
import { disputeState } from '../disputes/dispute-state.ts'
import type { Story } from './payments.data.ts'
import { moneyText } from '../ui/money.ts'
import type { Tone } from '../ui/badge.tsx'
import { declineText } from './declines.ts'

/** One thing that happened to a payment. */
export interface Moment {
  readonly kind: 'payment' | 'confirmation' | 'charge' | 'refund' | 'dispute' | 'ledger' | 'event' | 'webhook'
  readonly id: string
  readonly at: number
  readonly title: string
  readonly tone: Tone
  /** What the title does not say, in plain words. */
  readonly notes: readonly string[]
  /** What belongs to it: the thing it came from. */
  readonly from?: string | undefined
}

// What is made within one second is told in the order in which one thing leads to another.
const order = [
  'payment',
  'confirmation',
  'charge',
  'refund',
  'dispute',
  'ledger',
  'event',
  'webhook',
] as const satisfies readonly Moment['kind'][]

const cardOf = ({ payment_method_details: paid }: Pick<Charge, 'payment_method_details'>): string | undefined =>
  paid?.card && `${paid.card.brand} ···· ${paid.card.last4}`

// Nothing is kept of a confirmation but what came of it: each makes one charge.
const confirmationMoments = ({ intent, charges }: Story): Moment[] =>
  charges.map((charge) => ({
    kind: 'confirmation',
    id: confirmationOf(charge.id),
    at: charge.created,
    tone: 'calm',
    title: `Confirmed with ${cardOf(charge) ?? 'a payment method'}`,
    notes: [],
    from: intent.id,
  }))

const confirmationOf = (charge: string): string => `confirmation-${charge}`

const chargeMoments = ({ charges }: Story): Moment[] =>
  charges.map(({ id, created, amount, currency, status, captured, failure_code, failure_message, outcome }) => ({
    kind: 'charge',
    id,
    at: created,
    tone: status === 'failed' ? 'bad' : 'good',
    title:
      status === 'failed'
        ? `Charge of ${moneyText(amount, currency)} was declined`
        : captured
          ? `Charged ${moneyText(amount, currency)}`
          : `${moneyText(amount, currency)} authorised`,
    notes: status === 'failed' ? [declineText(outcome?.reason ?? failure_code, failure_message)] : [],
    from: confirmationOf(id),
  }))

const refundTones: Readonly<Record<Refund['status'], Tone>> = {
  succeeded: 'good',
  pending: 'warn',
  failed: 'bad',
  canceled: 'calm',
}

const refundMoments = ({ refunds }: Story): Moment[] =>
  refunds.map(({ id, created, amount, currency, status, failure_reason, charge }) => ({
    kind: 'refund',
    id,
    at: created,
    tone: refundTones[status],
    title: `Refund of ${moneyText(amount, currency)} ${status}`,
    notes: failure_reason === undefined ? [] : [failure_reason],
    from: charge ?? undefined,
  }))

const disputeMoments = ({ disputes }: Story): Moment[] =>
  disputes.map(({ id, created, amount, currency, status, charge }) => ({
    kind: 'dispute',
    id,
    at: created,
    tone: disputeState(status).tone,
    title: `Disputed: ${moneyText(amount, currency)}`,
    notes: [disputeState(status).text],
    from: typeof charge === 'string' ? charge : undefined,
  }))

const ledgerMoments = ({ transactions }: Story): Moment[] =>
  transactions.map(({ id, created, description, entries, reference_id }) => ({
    kind: 'ledger',
    id,
    at: created,
    tone: 'accent',
    title: description ?? 'Ledger transaction',
    notes: entries.map(
      ({ direction, value_str, currency, account_id }) =>
        `${direction} ${moneyText(BigInt(value_str), currency)} · ${account_id}`,
    ),
    from: /:([^:]+)$/.exec(reference_id)?.[1],
  }))

const eventMoments = ({ events }: Story): Moment[] =>
  events.map(({ id, created, type, data }) => ({
    kind: 'event',
    id,
    at: created,
    tone: 'calm',
    title: type,
    notes: [],
    from: typeof data.object['id'] === 'string' ? data.object['id'] : undefined,
  }))

const deliveryTones = { delivered: 'good', pending: 'warn', failed: 'bad' } as const

const deliveryMoments = ({ deliveries }: Story): Moment[] =>
  deliveries.map(({ id, created, delivered, status, attempts, event, event_type, last_status, last_error }) => ({
    kind: 'webhook',
    id,
    at: delivered ?? created,
    tone: deliveryTones[status],
    title: `Webhook ${event_type} ${status}`,
    notes: [
      `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}${last_status === null ? '' : `, last answer ${last_status}`}`,
      ...(last_error === null ? [] : [last_error]),
    ],
    from: event,
  }))

const paymentMoments = ({ intent }: Story): Moment[] => {
  const { id, created, amount, currency, canceled_at, cancellation_reason } = intent
  const common = { kind: 'payment', id, tone: 'calm' } as const
  const made = { ...common, at: created, title: `Payment of ${moneyText(amount, currency)} created`, notes: [] }
  if (canceled_at === null) return [made]
  const notes = cancellation_reason === null ? [] : [cancellation_reason.replaceAll('_', ' ')]
  return [{ ...common, at: canceled_at, title: 'Payment canceled', notes }, made]
}

const tellers = [
  paymentMoments,
  confirmationMoments,
  chargeMoments,
  refundMoments,
  disputeMoments,
  ledgerMoments,
  eventMoments,
  deliveryMoments,
]

/** All that happened to a payment, in order. */
export const momentsOf = (story: Story): Moment[] =>
  tellers
    // The API lists the newest first, and within a second that order is all there is.
    .flatMap((momentsIn) => momentsIn(story).toReversed())
    .sort((a, b) => a.at - b.at || order.indexOf(a.kind) - order.indexOf(b.kind))

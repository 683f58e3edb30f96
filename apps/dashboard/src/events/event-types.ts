import type { EventType } from '@micro/contracts'

/** Every type of event there is, in the order in which they are offered. */
export const eventTypes = [
  'payment_intent.created',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.amount_capturable_updated',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'charge.succeeded',
  'charge.captured',
  'charge.refunded',
  'charge.failed',
  'charge.expired',
  'charge.updated',
  'charge.refund.updated',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'charge.dispute.closed',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'checkout.session.completed',
  'checkout.session.expired',
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'payment_method.attached',
  'payment_method.detached',
  'payment_method.updated',
  'setup_intent.created',
  'setup_intent.requires_action',
  'setup_intent.succeeded',
  'setup_intent.setup_failed',
  'setup_intent.canceled',
  'product.created',
  'product.updated',
  'product.deleted',
  'price.created',
  'price.updated',
  'payout.created',
  'payout.updated',
  'payout.paid',
  'payout.failed',
  'payout.canceled',
  'balance.available',
  'webhook_endpoint.disabled',
  'ledger.account.created',
  'ledger.account.updated',
  'ledger.account.frozen',
  'ledger.account.closed',
  'ledger.transaction.posted',
  'ledger.transaction.reversed',
  'ledger.hold.created',
  'ledger.hold.captured',
  'ledger.hold.released',
  'ledger.hold.expired',
  'ledger.period.closed',
] as const satisfies readonly EventType[]

export interface TypeGroup {
  /** What stands for all of them: `charge.*`. */
  readonly filter: string
  readonly types: readonly string[]
}

const objectOf = (type: string): string => type.slice(0, type.indexOf('.'))

/** The types by the object they tell of. */
export const typeGroups: readonly TypeGroup[] = [...new Set(eventTypes.map(objectOf))].map((object) => ({
  filter: `${object}.*`,
  types: eventTypes.filter((type) => objectOf(type) === object),
}))

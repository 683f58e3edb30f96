import type { PaymentIntent, PaymentMethodOptions } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import type { Intent } from './payment-intent.ts'

/** What Stripe shows of a card's options where nothing was asked for. */
export const plainCardOptions = {
  installments: null,
  mandate_options: null,
  network: null,
  request_three_d_secure: 'automatic',
} as const satisfies PaymentMethodOptions['card']

/** The intent as the API and the events show it; the members stand in the contract's order. */
export const intentToWire = (intent: Intent): PaymentIntent => ({
  id: intent.id,
  object: 'payment_intent',
  allowed_payment_method_types: null,
  amount: Number(intent.amount),
  amount_capturable: Number(intent.amount_capturable),
  amount_details: { tip: {} },
  amount_received: Number(intent.amount_received),
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: intent.automatic_payment_methods,
  canceled_at: intent.canceled_at === null ? null : unixSeconds(intent.canceled_at),
  cancellation_reason: intent.cancellation_reason,
  capture_method: intent.capture_method,
  client_secret: intent.client_secret,
  confirmation_method: intent.confirmation_method,
  created: unixSeconds(intent.created_at),
  currency: intent.currency,
  customer: intent.customer,
  customer_account: null,
  description: intent.description,
  excluded_payment_method_types: null,
  last_payment_error: intent.last_payment_error,
  latest_charge: intent.latest_charge,
  livemode: intent.mode === 'live',
  managed_payments: null,
  metadata: intent.metadata,
  next_action: intent.next_action,
  on_behalf_of: null,
  payment_method: intent.payment_method,
  payment_method_configuration_details: null,
  payment_method_options: intent.payment_method_options ?? { card: plainCardOptions },
  payment_method_types: ['card'],
  payment_record: null,
  processing: null,
  receipt_email: intent.receipt_email,
  review: null,
  setup_future_usage: intent.setup_future_usage,
  shipping: intent.shipping,
  source: null,
  statement_descriptor: intent.statement_descriptor,
  statement_descriptor_suffix: intent.statement_descriptor_suffix,
  status: intent.status,
  transfer_data: null,
  transfer_group: intent.transfer_group,
})

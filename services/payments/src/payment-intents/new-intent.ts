import type { Mode, PaymentIntent, PaymentMethodOptions, Shipping } from '@micro/contracts'
import type { Intent } from './payment-intent.ts'
import { kept } from './payment-intent.texts.ts'
import { plainCardOptions } from './payment-intent.wire.ts'

/** What the creator of an intent decides of it; an empty text counts as none. */
export interface NewIntent {
  readonly id: string
  readonly merchant: string
  readonly mode: Mode
  readonly clientSecret: string
  readonly now: Date
  readonly amount: bigint
  readonly currency: string
  readonly captureMethod?: Intent['capture_method'] | undefined
  readonly confirmationMethod?: Intent['confirmation_method'] | undefined
  readonly automaticPaymentMethods?: { enabled: boolean; allow_redirects?: 'always' | 'never' | undefined } | undefined
  readonly customer?: string | undefined
  readonly description?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly paymentMethod?: string | undefined
  readonly options?: PaymentMethodOptions | undefined
  readonly receiptEmail?: string | undefined
  readonly returnUrl?: string | undefined
  readonly setupFutureUsage?: Intent['setup_future_usage'] | undefined
  readonly shipping?: Shipping | null | undefined
  readonly statementDescriptor?: string | undefined
  readonly statementDescriptorSuffix?: string | undefined
  readonly transferGroup?: string | undefined
}

// Stripe's rule: an empty text means that there is none.
const textOrNull = (text: string | undefined): string | null => kept(null, text)
const withoutEmpty = (metadata: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ''))

const automatic = (given: NewIntent['automaticPaymentMethods']): PaymentIntent['automatic_payment_methods'] =>
  given === undefined ? null : { allow_redirects: given.allow_redirects ?? 'always', enabled: given.enabled }

export const createIntent = (given: NewIntent): Intent => ({
  id: given.id,
  merchant: given.merchant,
  mode: given.mode,
  amount: given.amount,
  amount_capturable: 0n,
  amount_received: 0n,
  currency: given.currency.toLowerCase(),
  status: given.paymentMethod === undefined ? 'requires_payment_method' : 'requires_confirmation',
  capture_method: given.captureMethod ?? 'automatic_async',
  confirmation_method: given.confirmationMethod ?? 'automatic',
  automatic_payment_methods: automatic(given.automaticPaymentMethods),
  customer: given.customer ?? null,
  description: textOrNull(given.description),
  metadata: withoutEmpty(given.metadata ?? {}),
  payment_method: given.paymentMethod ?? null,
  payment_method_options: given.options ?? { card: plainCardOptions },
  receipt_email: textOrNull(given.receiptEmail),
  return_url: textOrNull(given.returnUrl),
  setup_future_usage: given.setupFutureUsage ?? null,
  off_session: false,
  shipping: given.shipping ?? null,
  statement_descriptor: textOrNull(given.statementDescriptor),
  statement_descriptor_suffix: textOrNull(given.statementDescriptorSuffix),
  transfer_group: textOrNull(given.transferGroup),
  client_secret: given.clientSecret,
  latest_charge: null,
  last_payment_error: null,
  next_action: null,
  authentication: null,
  authenticated: false,
  cancellation_reason: null,
  canceled_at: null,
  created_at: given.now,
})

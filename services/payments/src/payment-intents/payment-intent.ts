import type { CancellationReason, Mode, PaymentError, PaymentIntent, PaymentIntentStatus } from '@micro/contracts'
import { Fault, unixSeconds } from '@micro/kernel'

/** A payment intent as its row has it. Amounts in minor units. */
export interface Intent {
  readonly id: string
  readonly merchant: string
  readonly mode: Mode
  readonly amount: bigint
  readonly amount_received: bigint
  readonly currency: string
  readonly status: PaymentIntentStatus
  readonly capture_method: PaymentIntent['capture_method']
  readonly automatic_payment_methods: PaymentIntent['automatic_payment_methods']
  readonly description: string | null
  readonly metadata: Record<string, string>
  readonly payment_method: string | null
  readonly receipt_email: string | null
  readonly statement_descriptor: string | null
  readonly client_secret: string
  readonly latest_charge: string | null
  readonly last_payment_error: PaymentError | null
  readonly cancellation_reason: CancellationReason | null
  readonly canceled_at: Date | null
  readonly created_at: Date
}

/** What a caller may ask (confirm, cancel), and what the processor may answer (succeed, decline). */
export type IntentCommand = 'confirm' | 'cancel' | 'succeed' | 'decline'

/** The whole state machine; null is refused. A decline makes the intent usable again, with another payment method. */
export const NEXT = {
  requires_payment_method: { confirm: 'processing', cancel: 'canceled', succeed: null, decline: null },
  requires_confirmation: { confirm: 'processing', cancel: 'canceled', succeed: null, decline: null },
  processing: { confirm: null, cancel: null, succeed: 'succeeded', decline: 'requires_payment_method' },
  succeeded: { confirm: null, cancel: null, succeed: null, decline: null },
  canceled: { confirm: null, cancel: null, succeed: null, decline: null },
} as const satisfies Record<PaymentIntentStatus, Record<IntentCommand, PaymentIntentStatus | null>>

/** Statuses from which a command is accepted, in the order of an intent's life. */
export const statusesFor = (command: IntentCommand): PaymentIntentStatus[] =>
  (Object.keys(NEXT) as PaymentIntentStatus[]).filter((status) => NEXT[status][command] !== null)

/** @throws Fault payment_intent_unexpected_state, which shows the caller the intent as it is */
export const nextStatus = (intent: Intent, command: IntentCommand): PaymentIntentStatus => {
  const next = NEXT[intent.status][command]
  if (next !== null) return next
  throw new Fault('payment_intent_unexpected_state', {
    command,
    status: intent.status,
    allowed: statusesFor(command).join(', '),
    payment_intent: intentToWire(intent),
  })
}

/** What the creator of an intent decides of it. */
export interface NewIntent {
  readonly id: string
  readonly merchant: string
  readonly mode: Mode
  readonly clientSecret: string
  readonly now: Date
  readonly amount: bigint
  readonly currency: string
  readonly captureMethod: PaymentIntent['capture_method'] | undefined
  readonly automaticPaymentMethods: { enabled: boolean; allow_redirects?: string } | undefined
  readonly description: string | undefined
  readonly metadata: Readonly<Record<string, string>> | undefined
  readonly paymentMethod: string | undefined
  readonly receiptEmail: string | undefined
  readonly statementDescriptor: string | undefined
}

// Stripe's rule: an empty text means that there is none.
const textOrNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)
const withoutEmpty = (metadata: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ''))

export const createIntent = (given: NewIntent): Intent => ({
  id: given.id,
  merchant: given.merchant,
  mode: given.mode,
  amount: given.amount,
  amount_received: 0n,
  currency: given.currency.toLowerCase(),
  status: given.paymentMethod === undefined ? 'requires_payment_method' : 'requires_confirmation',
  capture_method: given.captureMethod ?? 'automatic_async',
  automatic_payment_methods:
    given.automaticPaymentMethods === undefined
      ? null
      : { allow_redirects: 'always', ...given.automaticPaymentMethods },
  description: textOrNull(given.description),
  metadata: withoutEmpty(given.metadata ?? {}),
  payment_method: given.paymentMethod ?? null,
  receipt_email: textOrNull(given.receiptEmail),
  statement_descriptor: textOrNull(given.statementDescriptor),
  client_secret: given.clientSecret,
  latest_charge: null,
  last_payment_error: null,
  cancellation_reason: null,
  canceled_at: null,
  created_at: given.now,
})

/** From here the outcome is the processor's. @throws Fault payment_intent_unexpected_state, payment_method_missing */
export const startConfirm = (
  intent: Intent,
  given: { charge: string; paymentMethod: string | undefined; receiptEmail: string | undefined },
): Intent & { readonly payment_method: string } => {
  const status = nextStatus(intent, 'confirm')
  const paymentMethod = given.paymentMethod ?? intent.payment_method
  if (paymentMethod === null) {
    throw new Fault('payment_method_missing', { param: 'payment_method', payment_intent: intentToWire(intent) })
  }
  return {
    ...intent,
    status,
    payment_method: paymentMethod,
    receipt_email: given.receiptEmail === undefined ? intent.receipt_email : textOrNull(given.receiptEmail),
    latest_charge: given.charge,
    last_payment_error: null,
  }
}

export const succeedIntent = (intent: Intent): Intent => ({
  ...intent,
  status: nextStatus(intent, 'succeed'),
  amount_received: intent.amount,
})

export const declineIntent = (intent: Intent, error: PaymentError): Intent => ({
  ...intent,
  status: nextStatus(intent, 'decline'),
  payment_method: null,
  last_payment_error: error,
})

/** @throws Fault payment_intent_unexpected_state */
export const cancelIntent = (intent: Intent, given: { reason: CancellationReason | undefined; now: Date }): Intent => ({
  ...intent,
  status: nextStatus(intent, 'cancel'),
  cancellation_reason: given.reason ?? null,
  canceled_at: given.now,
})

/** The intent as the API and the events show it; the members stand in the contract's order. */
export const intentToWire = (intent: Intent): PaymentIntent => ({
  id: intent.id,
  object: 'payment_intent',
  amount: Number(intent.amount),
  amount_capturable: 0,
  amount_received: Number(intent.amount_received),
  automatic_payment_methods: intent.automatic_payment_methods,
  canceled_at: intent.canceled_at === null ? null : unixSeconds(intent.canceled_at),
  cancellation_reason: intent.cancellation_reason,
  capture_method: intent.capture_method,
  client_secret: intent.client_secret,
  confirmation_method: 'automatic',
  created: unixSeconds(intent.created_at),
  currency: intent.currency,
  customer: null,
  description: intent.description,
  last_payment_error: intent.last_payment_error,
  latest_charge: intent.latest_charge,
  livemode: intent.mode === 'live',
  metadata: intent.metadata,
  next_action: null,
  payment_method: intent.payment_method,
  payment_method_types: ['card'],
  receipt_email: intent.receipt_email,
  statement_descriptor: intent.statement_descriptor,
  status: intent.status,
})

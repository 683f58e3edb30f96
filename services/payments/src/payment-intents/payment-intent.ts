import type {
  CancellationReason,
  CaptureMethod,
  FutureUsage,
  Mode,
  NextAction,
  PaymentError,
  PaymentIntent,
  PaymentIntentStatus,
  PaymentMethodOptions,
  Shipping,
} from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { intentToWire } from './payment-intent.wire.ts'

/** A payment intent as its row has it. Amounts in minor units. */
export interface Intent {
  readonly id: string
  readonly merchant: string
  readonly mode: Mode
  readonly amount: bigint
  readonly amount_capturable: bigint
  readonly amount_received: bigint
  readonly currency: string
  readonly status: PaymentIntentStatus
  readonly capture_method: CaptureMethod
  readonly confirmation_method: PaymentIntent['confirmation_method']
  readonly automatic_payment_methods: PaymentIntent['automatic_payment_methods']
  readonly customer: string | null
  readonly description: string | null
  readonly metadata: Record<string, string>
  readonly payment_method: string | null
  readonly payment_method_options: PaymentMethodOptions | null
  readonly receipt_email: string | null
  readonly return_url: string | null
  readonly setup_future_usage: FutureUsage | null
  /** Nobody is there to prove that the card is theirs. */
  readonly off_session: boolean
  readonly shipping: Shipping | null
  readonly statement_descriptor: string | null
  readonly statement_descriptor_suffix: string | null
  readonly transfer_group: string | null
  readonly client_secret: string
  readonly latest_charge: string | null
  readonly last_payment_error: PaymentError | null
  readonly next_action: NextAction | null
  /** The unguessable name of the page where the card's holder proves to be one; only while that is required. */
  readonly authentication: string | null
  /** The holder has done so, for this payment method and this amount. */
  readonly authenticated: boolean
  readonly cancellation_reason: CancellationReason | null
  readonly canceled_at: Date | null
  readonly created_at: Date
}

/**
 * What a caller may ask (amend, confirm, capture, cancel), what authentication comes to (challenge, authenticate,
 * refuse), and what the processor answers (succeed, authorise, decline; lapse: the authorisation is gone).
 */
export type IntentCommand =
  | 'amend'
  | 'confirm'
  | 'challenge'
  | 'authenticate'
  | 'refuse'
  | 'succeed'
  | 'authorise'
  | 'decline'
  | 'capture'
  | 'lapse'
  | 'cancel'

type Row = Record<IntentCommand, PaymentIntentStatus | null>

const closed = {
  amend: null,
  confirm: null,
  challenge: null,
  authenticate: null,
  refuse: null,
  succeed: null,
  authorise: null,
  decline: null,
  capture: null,
  lapse: null,
  cancel: null,
} as const satisfies Row

const open = {
  ...closed,
  confirm: 'processing',
  challenge: 'requires_action',
  refuse: 'requires_payment_method',
  cancel: 'canceled',
} as const satisfies Row

/** The whole state machine; null is refused. A decline makes the intent usable again, with another payment method. */
export const NEXT = {
  requires_payment_method: { ...open, amend: 'requires_payment_method' },
  requires_confirmation: { ...open, amend: 'requires_confirmation' },
  // What was to be authenticated is no longer what it was, once it is amended.
  requires_action: { ...open, amend: 'requires_confirmation', authenticate: 'requires_confirmation' },
  processing: {
    ...closed,
    succeed: 'succeeded',
    authorise: 'requires_capture',
    decline: 'requires_payment_method',
    lapse: 'canceled',
  },
  requires_capture: { ...closed, capture: 'processing', lapse: 'canceled', cancel: 'canceled' },
  succeeded: closed,
  canceled: closed,
} as const satisfies Record<PaymentIntentStatus, Row>

/** Statuses from which a command is accepted, in the order of an intent's life. */
export const statusesFor = (command: IntentCommand): PaymentIntentStatus[] =>
  (Object.keys(NEXT) as PaymentIntentStatus[]).filter((status) => NEXT[status][command] !== null)

const verbs: Partial<Record<IntentCommand, string>> = { amend: 'update', lapse: 'cancel' }

/** @throws Fault payment_intent_unexpected_state, which shows the caller the intent as it is */
export const nextStatus = (intent: Intent, command: IntentCommand): PaymentIntentStatus => {
  const next = NEXT[intent.status][command]
  if (next !== null) return next
  throw new Fault('payment_intent_unexpected_state', {
    command: verbs[command] ?? command,
    status: intent.status,
    allowed: statusesFor(command).join(', '),
    payment_intent: intentToWire(intent),
  })
}

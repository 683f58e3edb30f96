import type {
  Body,
  paymentsApi,
  SetupError,
  SetupIntent as WireSetupIntent,
  SetupIntentStatus,
  Tenant,
} from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { changedText } from '../address.ts'
import { setupIntentToWire } from './setup-intent.wire.ts'

/** A setup intent as its row has it. */
export interface SetupIntent extends Tenant {
  readonly id: string
  readonly status: SetupIntentStatus
  readonly customer: string | null
  readonly payment_method: string | null
  readonly usage: WireSetupIntent['usage']
  readonly automatic_payment_methods: WireSetupIntent['automatic_payment_methods']
  readonly request_three_d_secure: WireSetupIntent['payment_method_options']['card']['request_three_d_secure']
  readonly description: string | null
  readonly metadata: Record<string, string>
  readonly return_url: string | null
  readonly client_secret: string
  readonly next_action: WireSetupIntent['next_action']
  /** The unguessable name of the page where the card's holder proves to be one. */
  readonly authentication: string | null
  readonly latest_attempt: string | null
  readonly last_setup_error: SetupError | null
  readonly cancellation_reason: WireSetupIntent['cancellation_reason']
  readonly created_at: Date
}

/** What a caller may ask (choose, cancel), what the processor may answer, and what the card's holder may. */
export type SetupCommand =
  | 'update'
  | 'confirm'
  | 'challenge'
  | 'decline'
  | 'cancel'
  | 'authenticate'
  | 'fail_authentication'

const open = {
  confirm: 'succeeded',
  challenge: 'requires_action',
  decline: 'requires_payment_method',
  cancel: 'canceled',
} as const
const closed = {
  update: null,
  confirm: null,
  challenge: null,
  decline: null,
  cancel: null,
  authenticate: null,
  fail_authentication: null,
} as const

/**
 * The whole state machine; null is refused. `update`: another payment method was chosen. `confirm`, `challenge` and
 * `decline` are what the processor may make of a confirmation; a challenge that is waiting may be replaced by a new one.
 */
export const NEXT = {
  requires_payment_method: {
    ...open,
    update: 'requires_confirmation',
    authenticate: null,
    fail_authentication: null,
  },
  requires_confirmation: { ...open, update: 'requires_confirmation', authenticate: null, fail_authentication: null },
  requires_action: {
    ...open,
    update: 'requires_confirmation',
    authenticate: 'succeeded',
    fail_authentication: 'requires_payment_method',
  },
  succeeded: closed,
  canceled: closed,
} as const satisfies Record<SetupIntentStatus, Record<SetupCommand, SetupIntentStatus | null>>

/** @throws Fault setup_intent_unexpected_state, which shows the caller the intent as it is */
export const nextStatus = (intent: SetupIntent, command: SetupCommand): SetupIntentStatus => {
  const next = NEXT[intent.status][command]
  if (next !== null) return next
  const statuses = Object.keys(NEXT) as SetupIntentStatus[]
  throw new Fault('setup_intent_unexpected_state', {
    command,
    status: intent.status,
    allowed: statuses.filter((status) => NEXT[status][command] !== null).join(', '),
    setup_intent: setupIntentToWire(intent),
  })
}

const noAction = { next_action: null, authentication: null } as const

type CreateBody = Body<typeof paymentsApi.createSetupIntent>

export const createSetupIntent = (
  identity: Tenant & { readonly id: string; readonly clientSecret: string; readonly now: Date },
  given: Omit<CreateBody, 'metadata' | 'payment_method'>,
  { metadata, paymentMethod }: { metadata: Record<string, string>; paymentMethod: string | null },
): SetupIntent => ({
  id: identity.id,
  merchant: identity.merchant,
  mode: identity.mode,
  status: paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation',
  customer: given.customer ?? null,
  payment_method: paymentMethod,
  usage: given.usage ?? 'off_session',
  automatic_payment_methods:
    given.automatic_payment_methods === undefined
      ? null
      : { allow_redirects: 'always', ...given.automatic_payment_methods },
  request_three_d_secure: given.payment_method_options?.card?.request_three_d_secure ?? 'automatic',
  description: changedText(null, given.description),
  metadata,
  return_url: given.return_url ?? null,
  client_secret: identity.clientSecret,
  ...noAction,
  latest_attempt: null,
  last_setup_error: null,
  cancellation_reason: null,
  created_at: identity.now,
})

/** What an update changes; a customer or payment method that is given is known already. */
export interface SetupIntentChange {
  readonly customer: string | undefined
  readonly paymentMethod: string | undefined
  readonly description: string | null | undefined
  readonly metadata: Record<string, string>
  readonly requestThreeDSecure: SetupIntent['request_three_d_secure'] | undefined
}

/** Description and metadata may be changed at any time. @throws Fault setup_intent_unexpected_state */
export const updateSetupIntent = (intent: SetupIntent, change: SetupIntentChange): SetupIntent => {
  const described = {
    ...intent,
    description: changedText(intent.description, change.description),
    metadata: change.metadata,
  }
  const { customer, paymentMethod, requestThreeDSecure } = change
  if (customer === undefined && paymentMethod === undefined && requestThreeDSecure === undefined) return described
  const status = nextStatus(intent, 'update')
  const agreed = {
    ...described,
    customer: customer ?? intent.customer,
    request_three_d_secure: requestThreeDSecure ?? intent.request_three_d_secure,
  }
  // Another customer or method is another matter to agree on: a challenge that is waiting is over.
  const asked = paymentMethod ?? (customer === undefined ? undefined : intent.payment_method)
  if (asked === undefined || asked === null) return agreed
  return { ...agreed, ...noAction, status, payment_method: asked }
}

/** What a confirmation makes of it; `attempt` is the try that it was. */
interface Confirmed {
  readonly attempt: string
  readonly paymentMethod: string
}

/** @throws Fault setup_intent_unexpected_state */
export const succeedSetup = (intent: SetupIntent, { attempt, paymentMethod }: Confirmed): SetupIntent => ({
  ...intent,
  ...noAction,
  status: nextStatus(intent, 'confirm'),
  payment_method: paymentMethod,
  latest_attempt: attempt,
  last_setup_error: null,
})

/** Where the holder proves to be one: a page to go to and come back from, or one that the shop shows by itself. */
const actionFor = (returnUrl: string | null, url: string): WireSetupIntent['next_action'] =>
  returnUrl === null
    ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
    : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } }

/** The card's holder has to act first. @throws Fault setup_intent_unexpected_state */
export const challengeSetup = (
  intent: SetupIntent,
  { attempt, paymentMethod, authentication, url }: Confirmed & { authentication: string; url: string },
): SetupIntent => ({
  ...intent,
  status: nextStatus(intent, 'challenge'),
  payment_method: paymentMethod,
  next_action: actionFor(intent.return_url, url),
  authentication,
  latest_attempt: attempt,
  last_setup_error: null,
})

/** The processor refused the card; another may be tried. @throws Fault setup_intent_unexpected_state */
export const declineSetup = (intent: SetupIntent, attempt: string, error: SetupError): SetupIntent => ({
  ...intent,
  ...noAction,
  status: nextStatus(intent, 'decline'),
  payment_method: null,
  latest_attempt: attempt,
  last_setup_error: error,
})

/** The holder proved to be one. @throws Fault setup_intent_unexpected_state */
export const authenticateSetup = (intent: SetupIntent): SetupIntent => ({
  ...intent,
  ...noAction,
  status: nextStatus(intent, 'authenticate'),
  last_setup_error: null,
})

/** The holder could not or would not. @throws Fault setup_intent_unexpected_state */
export const failAuthentication = (intent: SetupIntent, error: SetupError): SetupIntent => ({
  ...intent,
  ...noAction,
  status: nextStatus(intent, 'fail_authentication'),
  payment_method: null,
  last_setup_error: error,
})

/** @throws Fault setup_intent_unexpected_state */
export const cancelSetupIntent = (
  intent: SetupIntent,
  reason: NonNullable<SetupIntent['cancellation_reason']> | undefined,
): SetupIntent => ({
  ...intent,
  ...noAction,
  status: nextStatus(intent, 'cancel'),
  cancellation_reason: reason ?? null,
})

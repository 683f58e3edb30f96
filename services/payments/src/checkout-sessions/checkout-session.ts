import type {
  Body,
  CheckoutLineItem,
  CheckoutSession,
  CheckoutStatus,
  Mode,
  paymentsApi,
  Price,
  ShippingParam,
  Tenant,
} from '@micro/contracts'
import { addMs, Fault, fromUnixSeconds, unixSeconds } from '@micro/kernel'

/** A checkout session as its row has it. Amounts in minor units. */
export interface Session {
  readonly id: string
  readonly merchant: string
  readonly mode: Mode
  /** What Stripe calls its mode. */
  readonly purpose: 'payment' | 'setup'
  readonly status: CheckoutStatus
  readonly currency: string | null
  readonly amount_total: bigint | null
  readonly customer: string | null
  readonly customer_creation: 'always' | 'if_required' | null
  /** As the merchant knew it; the page begins with it. */
  readonly customer_email: string | null
  /** As the buyer wrote it on the page. */
  readonly buyer_email: string | null
  readonly buyer_name: string | null
  readonly client_reference_id: string | null
  readonly locale: string | null
  readonly submit_type: string | null
  readonly metadata: Record<string, string>
  /** As asked for; only cards are taken in any case. */
  readonly allowed_payment_method_types: readonly string[] | null
  /** What its intent will be made with. */
  readonly intent_data: IntentData
  readonly payment_intent: string | null
  readonly setup_intent: string | null
  readonly success_url: string
  readonly cancel_url: string | null
  /** Of the hosted page. */
  readonly url: string
  readonly expires_at: Date
  readonly completed_at: Date | null
  readonly created_at: Date
}

/** The shop's page for those who paid. */
export const successUrlOf = ({ success_url: url, id }: Session): string =>
  new URL(url.replaceAll('{CHECKOUT_SESSION_ID}', id)).href

export interface IntentData {
  readonly capture_method?: 'automatic' | 'automatic_async' | 'manual'
  readonly description?: string
  readonly metadata?: Record<string, string>
  readonly receipt_email?: string
  readonly setup_future_usage?: 'off_session' | 'on_session'
  readonly shipping?: ShippingParam
  readonly statement_descriptor?: string
  readonly statement_descriptor_suffix?: string
  readonly transfer_group?: string
}

export interface LineItem {
  readonly id: string
  readonly position: number
  readonly description: string
  readonly price: Price
  /** Of the whole line, in minor units. */
  readonly amount: bigint
  readonly quantity: number
}

/** What may happen to a session: its customer paid, the merchant or its time ended it. */
export type SessionCommand = 'complete' | 'expire'

export const NEXT = {
  open: { complete: 'complete', expire: 'expired' },
  complete: { complete: null, expire: null },
  expired: { complete: null, expire: null },
} as const satisfies Record<CheckoutStatus, Record<SessionCommand, CheckoutStatus | null>>

const next = (session: Session, command: SessionCommand): CheckoutStatus => {
  const status = NEXT[session.status][command]
  if (status === null) throw new Fault('checkout_session_not_open', { session: session.id, status: session.status })
  return status
}

/** @throws Fault checkout_session_not_open */
export const expireSession = (session: Session): Session => ({ ...session, status: next(session, 'expire') })

/** @throws Fault checkout_session_not_open */
export const completeSession = (session: Session, now: Date): Session => ({
  ...session,
  status: next(session, 'complete'),
  completed_at: now,
})

/** Whether its customer is to be kept as one, who is not known yet. */
export const needsCustomer = ({ customer, customer_creation, intent_data }: Session): boolean =>
  customer === null && (customer_creation === 'always' || intent_data.setup_future_usage !== undefined)

/** Nobody pays after its time, even before somebody noticed that it is over. */
export const isOpen = (session: Session, now: Date): boolean => session.status === 'open' && now < session.expires_at

/**
 * What a line costs, in whole minor units: the amount of all of it together, of which half a unit and more is rounded up.
 * `unit` is in minor units, with up to 12 decimals.
 */
export const lineAmount = (unit: string, quantity: number): bigint => {
  const [whole = '', decimals = ''] = unit.split('.')
  const scale = 10n ** BigInt(decimals.length)
  const exact = BigInt(whole + decimals) * BigInt(quantity)
  return (exact * 2n + scale) / (scale * 2n)
}

export const totalOf = (items: readonly Pick<LineItem, 'amount'>[]): bigint =>
  items.reduce((sum, { amount }) => sum + amount, 0n)

const hourMs = 3_600_000
const expiryMsMin = hourMs / 2
const expiryMsMax = 24 * hourMs

/** When a session ends: 24 hours from now, or between 30 minutes and 24 hours as asked. @throws Fault parameter_invalid */
export const expiryOf = (asked: number | undefined, now: Date): Date => {
  if (asked === undefined) return addMs(now, expiryMsMax)
  const ms = fromUnixSeconds(asked).getTime() - now.getTime()
  // A caller's clock may be some seconds off.
  if (ms >= expiryMsMin - 10_000 && ms <= expiryMsMax + 10_000) return fromUnixSeconds(asked)
  throw new Fault('parameter_invalid', {
    param: 'expires_at',
    reason: `must be between 30 minutes and 24 hours from now, got ${asked}`,
  })
}

type CreateBody = Omit<Body<typeof paymentsApi.createCheckoutSession>, 'line_items' | 'metadata'>

interface Identity extends Tenant {
  readonly id: string
  readonly url: string
  readonly now: Date
  readonly expiresAt: Date
  readonly currency: string | null
  readonly total: bigint | null
  /** Without what is empty, its own and its intent's. */
  readonly metadata: Record<string, string>
  readonly intentMetadata: Record<string, string>
}

export const newSession = ({ id, merchant, mode, ...made }: Identity, given: CreateBody): Session => {
  const intentData = given.payment_intent_data ?? given.setup_intent_data ?? {}
  const isPayment = given.mode === 'payment'
  return {
    ...{ id, merchant, mode },
    purpose: given.mode,
    status: 'open',
    currency: made.currency,
    amount_total: made.total,
    customer: given.customer ?? null,
    customer_creation: given.customer_creation ?? (isPayment && given.customer === undefined ? 'if_required' : null),
    customer_email: given.customer_email ?? null,
    ...{ buyer_email: null, buyer_name: null },
    client_reference_id: given.client_reference_id ?? null,
    locale: given.locale ?? null,
    submit_type: given.submit_type ?? null,
    metadata: made.metadata,
    allowed_payment_method_types: given.allowed_payment_method_types ?? null,
    intent_data: { ...intentData, metadata: made.intentMetadata },
    ...{ payment_intent: null, setup_intent: null },
    success_url: given.success_url,
    cancel_url: given.cancel_url ?? null,
    url: made.url,
    expires_at: made.expiresAt,
    completed_at: null,
    created_at: made.now,
  }
}

const amountsOf = ({ amount_total: total }: Session) => {
  const amount = total === null ? null : Number(total)
  return {
    amount_subtotal: amount,
    amount_total: amount,
    total_details: amount === null ? null : { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  }
}

const detailsOf = ({ buyer_email, buyer_name, customer_email }: Session): CheckoutSession['customer_details'] => {
  const email = buyer_email ?? customer_email
  if (email === null && buyer_name === null) return null
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: buyer_name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: null,
  }
}

const customerOf = (session: Session): Pick<CheckoutSession, 'customer' | 'customer_details' | 'customer_email'> => ({
  customer: session.customer,
  customer_details: detailsOf(session),
  customer_email: session.customer_email,
})

const neverUsed = {
  adaptive_pricing: null,
  after_expiration: null,
  allow_promotion_codes: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_fields: [],
  custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
  customer_account: null,
  discounts: [],
  integration_identifier: null,
  invoice: null,
  invoice_creation: null,
  managed_payments: null,
  origin_context: null,
  payment_link: null,
  payment_method_configuration_details: null,
  payment_method_options: null,
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  subscription: null,
  wallet_options: null,
} satisfies Partial<CheckoutSession>

// What is only authorised is not paid yet, as at Stripe.
const paymentStatusOf = ({ purpose, status, intent_data }: Session): CheckoutSession['payment_status'] => {
  if (purpose === 'setup') return 'no_payment_required'
  return status === 'complete' && intent_data.capture_method !== 'manual' ? 'paid' : 'unpaid'
}

/** The session as the API and the events show it. */
export const sessionToWire = (session: Session): CheckoutSession => ({
  id: session.id,
  object: 'checkout.session',
  ...neverUsed,
  ...amountsOf(session),
  ...customerOf(session),
  allowed_payment_method_types: session.allowed_payment_method_types && [...session.allowed_payment_method_types],
  cancel_url: session.cancel_url,
  client_reference_id: session.client_reference_id,
  created: unixSeconds(session.created_at),
  currency: session.currency,
  customer_creation: session.customer_creation,
  expires_at: unixSeconds(session.expires_at),
  livemode: session.mode === 'live',
  locale: session.locale,
  metadata: session.metadata,
  mode: session.purpose,
  payment_intent: session.payment_intent,
  payment_method_collection: session.purpose === 'payment' ? 'if_required' : 'always',
  payment_method_types: ['card'],
  payment_status: paymentStatusOf(session),
  setup_intent: session.setup_intent,
  status: session.status,
  submit_type: session.submit_type,
  success_url: session.success_url,
  ui_mode: 'hosted_page',
  url: session.status === 'open' ? session.url : null,
})

export const lineItemToWire = (item: LineItem, currency: string): CheckoutLineItem => {
  const amount = Number(item.amount)
  return {
    id: item.id,
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency,
    description: item.description,
    metadata: {},
    price: item.price,
    quantity: item.quantity,
  }
}

import { createHmac } from 'node:crypto'
import type {
  BillingDetails,
  BillingDetailsParam,
  Body,
  PaymentMethod as WirePaymentMethod,
  paymentsApi,
  Tenant,
} from '@micro/contracts'
import { assert, Fault, unixSeconds } from '@micro/kernel'
import { addressToWire, changedAddress, changedText } from '../address.ts'
import type { KeptCard } from '../processors/live.ts'
import type { TestCardFace } from './card-aliases.ts'

export type PaymentMethodStatus = 'fresh' | 'attached' | 'spent'

/** A payment method as its row has it. */
export interface PaymentMethod extends Tenant {
  readonly id: string
  readonly type: 'card'
  /** What the processor knows the card by. */
  readonly processor_method: string
  readonly card: TestCardFace
  readonly exp_month: number
  readonly exp_year: number
  readonly fingerprint: string
  readonly allow_redisplay: WirePaymentMethod['allow_redisplay']
  readonly billing_details: BillingDetails
  readonly metadata: Record<string, string>
  readonly status: PaymentMethodStatus
  /** Whose it is, or was before it was spent. */
  readonly customer: string | null
  /** What payments without the card's holder rest on was agreed to. */
  readonly set_up: boolean
  readonly created_at: Date
}

type PaymentMethodCommand = 'attach' | 'detach' | 'update' | 'use'

/** The whole state machine; a text says why it is refused. */
export const NEXT = {
  fresh: {
    attach: 'attached',
    detach: { refused: 'it is not attached to a customer' },
    update: { refused: 'it must be attached to a customer first' },
    // Without a customer once; with one it is attached first, or stays.
    use: 'spent',
  },
  attached: {
    attach: { refused: 'it is attached to a customer already' },
    detach: 'spent',
    update: 'attached',
    use: 'attached',
  },
  spent: {
    attach: { refused: 'it was detached from a customer, or used without one, and may not be used again' },
    detach: { refused: 'it is not attached to a customer' },
    update: { refused: 'it is no longer attached to a customer' },
    use: { refused: 'it was detached from a customer, or used without one, and may not be used again' },
  },
} as const satisfies Record<
  PaymentMethodStatus,
  Record<PaymentMethodCommand, PaymentMethodStatus | { readonly refused: string }>
>

const nextStatus = (method: PaymentMethod, command: PaymentMethodCommand): PaymentMethodStatus => {
  const next = NEXT[method.status][command]
  if (typeof next === 'string') return next
  throw new Fault('payment_method_unexpected_state', { command, reason: next.refused, param: 'payment_method' })
}

/**
 * Recognises a card again without giving it away to another merchant. What is hashed is the face of a public test card:
 * card numbers never come here, so the key need be no secret.
 */
const fingerprintOf = ({ merchant, mode }: Tenant, { brand, last4, country, funding }: TestCardFace): string =>
  createHmac('sha256', `${merchant} ${mode}`)
    .update([brand, last4, country, funding].join(' '))
    .digest('base64')
    .replaceAll(/[+/=]/g, '')
    .slice(0, 16)

const noDetails: BillingDetails = { address: null, email: null, name: null, phone: null, tax_id: null }

const noOwner = { name: null, address: null } as const

const changedDetails = (current: BillingDetails, given: BillingDetailsParam = {}): BillingDetails => ({
  address: changedAddress(current.address, given.address),
  email: changedText(current.email, given.email),
  name: changedText(current.name, given.name),
  phone: changedText(current.phone, given.phone),
  tax_id: changedText(current.tax_id, given.tax_id),
})

/** What a caller says of a payment method, at its creation or later. */
export interface PaymentMethodDetails extends Pick<
  Body<typeof paymentsApi.updatePaymentMethod>,
  'allow_redisplay' | 'billing_details'
> {
  /** As it is to be, merged already. */
  readonly metadata: Record<string, string>
}

/** What was typed into a page about a test card: until when it is good, and whose it is. */
export interface EnteredCard extends Pick<PaymentMethod, 'exp_month' | 'exp_year'> {
  readonly billing_details: Pick<BillingDetails, 'name' | 'address'>
}

/** A new payment method of a test card; where nothing was entered, test cards are good for a year. */
export const mintPaymentMethod = (
  identity: Tenant & { readonly id: string; readonly now: Date },
  { alias, face, entered }: { alias: string; face: TestCardFace; entered?: EnteredCard | undefined },
  given: PaymentMethodDetails = { metadata: {} },
): PaymentMethod => ({
  id: identity.id,
  merchant: identity.merchant,
  mode: identity.mode,
  type: 'card',
  processor_method: alias,
  card: face,
  exp_month: entered?.exp_month ?? identity.now.getUTCMonth() + 1,
  exp_year: entered?.exp_year ?? identity.now.getUTCFullYear() + 1,
  fingerprint: fingerprintOf(identity, face),
  allow_redisplay: given.allow_redisplay ?? 'unspecified',
  billing_details: changedDetails({ ...noDetails, ...entered?.billing_details }, given.billing_details),
  metadata: given.metadata,
  status: 'fresh',
  customer: null,
  set_up: false,
  created_at: identity.now,
})

/** One that a processor of live mode keeps, by its own id. */
export const adoptedPaymentMethod = (
  identity: Tenant & { readonly id: string; readonly now: Date },
  { face, exp_month, exp_year, fingerprint }: KeptCard,
): PaymentMethod => ({
  ...mintPaymentMethod(identity, {
    alias: identity.id,
    face,
    entered: { exp_month, exp_year, billing_details: noOwner },
  }),
  fingerprint,
})

/** @throws Fault payment_method_unexpected_state */
export const attachPaymentMethod = (method: PaymentMethod, customer: string): PaymentMethod => {
  const status = nextStatus(method, 'attach')
  assert(method.customer === null, `payment method ${method.id} is ${method.status} and has a customer`)
  return { ...method, status, customer }
}

/** @throws Fault payment_method_unexpected_state */
export const detachPaymentMethod = (method: PaymentMethod): PaymentMethod => ({
  ...method,
  status: nextStatus(method, 'detach'),
})

/** What is left of it after a payment used it. @throws Fault payment_method_unexpected_state */
export const usePaymentMethod = (method: PaymentMethod): PaymentMethod => ({
  ...method,
  status: nextStatus(method, 'use'),
})

/**
 * Refuses a payment method that is spent, or that is attached to a customer which is not the one to pay.
 * @throws Fault payment_method_unexpected_state
 */
export const requireUsable = (method: PaymentMethod, customer: string | null, param = 'payment_method'): void => {
  usePaymentMethod(method)
  if (method.status !== 'attached' || method.customer === customer) return
  const reason = `it belongs to the customer ${method.customer}; pass that one as customer`
  throw new Fault('payment_method_unexpected_state', { command: 'use', reason, param })
}

/** The year 2055 may be written 55. @throws Fault invalid_expiry_month, invalid_expiry_year */
export const checkedExpiry = (
  { exp_month: month, exp_year: given }: Pick<PaymentMethod, 'exp_month' | 'exp_year'>,
  now: Date,
): Pick<PaymentMethod, 'exp_month' | 'exp_year'> => {
  const year = given > 99 ? given : 2000 + given
  if (month < 1 || month > 12) throw new Fault('invalid_expiry_month', { param: 'card[exp_month]' })
  const thisYear = now.getUTCFullYear()
  if (year < thisYear || year > thisYear + 50) throw new Fault('invalid_expiry_year', { param: 'card[exp_year]' })
  if (year === thisYear && month < now.getUTCMonth() + 1)
    throw new Fault('invalid_expiry_month', { param: 'card[exp_month]' })
  return { exp_month: month, exp_year: year }
}

/** What is left out stays. @throws Fault payment_method_unexpected_state, invalid_expiry_month, invalid_expiry_year */
export const updatePaymentMethod = (
  method: PaymentMethod,
  given: PaymentMethodDetails & Pick<Body<typeof paymentsApi.updatePaymentMethod>, 'card'>,
  now: Date,
): PaymentMethod => ({
  ...method,
  status: nextStatus(method, 'update'),
  ...(given.card === undefined
    ? {}
    : checkedExpiry(
        { exp_month: given.card.exp_month ?? method.exp_month, exp_year: given.card.exp_year ?? method.exp_year },
        now,
      )),
  allow_redisplay: given.allow_redisplay ?? method.allow_redisplay,
  billing_details: changedDetails(method.billing_details, given.billing_details),
  metadata: given.metadata,
})

const checksOf = ({ status, card, billing_details: { address } }: PaymentMethod) => {
  const check = (entered: string | null | undefined, result: string): string | null =>
    entered === null || entered === undefined ? null : status === 'fresh' ? 'unchecked' : result
  return {
    address_line1_check: check(address?.line1, card.line1Check),
    address_postal_code_check: check(address?.postal_code, card.postalCheck),
    cvc_check: check('entered', card.cvcCheck),
  }
}

/** The payment method as the API and the events show it; the members stand in the contract's order. */
export const paymentMethodToWire = (method: PaymentMethod): WirePaymentMethod => {
  const { card, billing_details: details } = method
  return {
    id: method.id,
    object: 'payment_method',
    allow_redisplay: method.allow_redisplay,
    billing_details: {
      address: addressToWire(details.address),
      email: details.email,
      name: details.name,
      phone: details.phone,
      tax_id: details.tax_id,
    },
    card: {
      brand: card.brand,
      checks: checksOf(method),
      country: card.country,
      display_brand: card.brand,
      exp_month: method.exp_month,
      exp_year: method.exp_year,
      fingerprint: method.fingerprint,
      funding: card.funding,
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: unixSeconds(method.created_at),
    customer: method.status === 'attached' ? method.customer : null,
    customer_account: null,
    livemode: method.mode === 'live',
    metadata: method.metadata,
    type: method.type,
  }
}

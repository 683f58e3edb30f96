import { addMs, type Id } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { pendingCharge, type CardFacts, type Charge } from '../charges/charge.ts'
import { insertCharge } from '../charges/charge.store.ts'
import { startCharge } from './confirm.ts'
import type { Intent } from './payment-intent.ts'
import { saveIntent } from './payment-intent.store.ts'
import { paymentMethodToWire, type PaymentMethod } from '../payment-methods/payment-method.ts'

/** What whoever starts a charge says of it. */
export interface StartedBy extends Pick<Charge, 'request_id' | 'idempotency_key' | 'answer_status' | 'answer_with'> {
  readonly id: Id<'charge'>
  readonly method: PaymentMethod
  readonly processor: string | null
  readonly now: Date
  /** The same by the merchant's clock. */
  readonly merchantNow: Date
  readonly leaseMs: number
}

const nothingMore = {
  authorization_code: null,
  electronic_commerce_indicator: null,
  installments: null,
  mandate: null,
  network_token: { used: false },
  network_transaction_id: null,
  regulated_status: null,
  three_d_secure: null,
  transaction_link_id: null,
  wallet: null,
} as const

const factsOf = (method: PaymentMethod): CardFacts => {
  const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4 } = paymentMethodToWire(method).card
  return { ...nothingMore, brand, checks, country, exp_month, exp_year, fingerprint, funding, last4, network: brand }
}

export interface StartedCharge {
  readonly intent: Intent
  readonly charge: Charge
  /** What is charged. */
  readonly method: PaymentMethod
}

/** A charge that is about to be sent, and its intent until the result is known. */
export const startedCharge = (
  agreed: Intent & { readonly payment_method: string },
  { id, method, now, merchantNow, leaseMs, ...asked }: StartedBy,
): StartedCharge => {
  const intent = startCharge(agreed, id)
  const charge = pendingCharge(intent, {
    id,
    payment_method: method.id,
    processor_method: method.processor_method,
    set_up: method.set_up,
    payment_method_details: factsOf(method),
    billing_details: paymentMethodToWire(method).billing_details,
    created_at: merchantNow,
    leased_until: addMs(now, leaseMs),
    ...asked,
  })
  return { intent, charge, method }
}

/** Under the intent's lock: writes down that a charge is about to be sent, before anybody sends it. */
export const saveStartedCharge = async (
  sql: Sql,
  { intent, charge }: Pick<StartedCharge, 'intent' | 'charge'>,
): Promise<Charge> => {
  // Sent together, run in order.
  await Promise.all([insertCharge(sql, charge), saveIntent(sql, intent)])
  return charge
}

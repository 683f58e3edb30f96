import type { PaymentMethodCard, SetupAttempt as WireSetupAttempt, SetupError, Tenant } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { paymentMethodToWire, type PaymentMethod } from '../payment-methods/payment-method.ts'
import type { SetupIntent } from './setup-intent.ts'

/** One try to set up a payment method, as its row has it. */
export interface SetupAttempt extends Tenant {
  readonly id: string
  readonly setup_intent: string
  readonly payment_method: string
  readonly customer: string | null
  readonly usage: SetupIntent['usage']
  readonly status: WireSetupAttempt['status']
  /** The card as it was then. */
  readonly card: PaymentMethodCard
  readonly setup_error: SetupError | null
  readonly created_at: Date
}

export const newAttempt = (
  intent: SetupIntent,
  method: PaymentMethod,
  given: Pick<SetupAttempt, 'id' | 'status' | 'setup_error' | 'created_at'>,
): SetupAttempt => ({
  merchant: intent.merchant,
  mode: intent.mode,
  setup_intent: intent.id,
  payment_method: method.id,
  customer: intent.customer,
  usage: intent.usage,
  card: paymentMethodToWire(method).card,
  ...given,
})

/** The attempt as the API shows it; the members stand in the contract's order. */
export const setupAttemptToWire = (attempt: SetupAttempt): WireSetupAttempt => {
  const { card } = attempt
  return {
    id: attempt.id,
    object: 'setup_attempt',
    application: null,
    created: unixSeconds(attempt.created_at),
    customer: attempt.customer,
    customer_account: null,
    flow_directions: null,
    livemode: attempt.mode === 'live',
    on_behalf_of: null,
    payment_method: attempt.payment_method,
    payment_method_details: {
      card: {
        brand: card.brand,
        checks: card.checks,
        country: card.country,
        exp_month: card.exp_month,
        exp_year: card.exp_year,
        fingerprint: card.fingerprint,
        funding: card.funding,
        last4: card.last4,
        network: card.networks.available[0] ?? null,
        three_d_secure: null,
        wallet: null,
      },
      type: 'card',
    },
    setup_error: attempt.setup_error,
    setup_intent: attempt.setup_intent,
    status: attempt.status,
    usage: attempt.usage,
  }
}

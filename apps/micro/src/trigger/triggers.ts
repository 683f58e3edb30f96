/** One call to the API. Every call after the first is about the payment intent that the first one made. */
export type TriggerCall =
  | {
      readonly operation: 'createPaymentIntent'
      readonly body: { readonly amount: number; readonly currency: string; readonly description: string }
    }
  | {
      readonly operation: 'confirmPaymentIntent'
      readonly body: { readonly payment_method: string }
      readonly declined?: true
    }
  | {
      readonly operation: 'cancelPaymentIntent'
      readonly body: { readonly cancellation_reason: 'requested_by_customer' }
    }

export interface Trigger {
  readonly summary: string
  readonly calls: readonly [TriggerCall, ...TriggerCall[]]
}

const create: TriggerCall = {
  operation: 'createPaymentIntent',
  body: { amount: 2000, currency: 'usd', description: '(created by micro trigger)' },
}
const pay: TriggerCall = { operation: 'confirmPaymentIntent', body: { payment_method: 'pm_card_visa' } }
const decline: TriggerCall = {
  operation: 'confirmPaymentIntent',
  body: { payment_method: 'pm_card_chargeDeclined' },
  declined: true,
}
const cancel: TriggerCall = { operation: 'cancelPaymentIntent', body: { cancellation_reason: 'requested_by_customer' } }

/** The events one can cause, each by the API calls that lead to it. */
export const triggers: Readonly<Record<string, Trigger>> = {
  'payment_intent.created': { summary: 'create a payment intent', calls: [create] },
  'payment_intent.succeeded': { summary: 'create a payment intent and pay it with a test card', calls: [create, pay] },
  'payment_intent.payment_failed': {
    summary: 'create a payment intent and have its card declined',
    calls: [create, decline],
  },
  'payment_intent.canceled': { summary: 'create a payment intent and cancel it', calls: [create, cancel] },
  'charge.succeeded': { summary: 'create a payment intent and pay it with a test card', calls: [create, pay] },
  'charge.failed': { summary: 'create a payment intent and have its card declined', calls: [create, decline] },
}

import type { Body, paymentsApi } from '@micro/contracts'
import { nextStatus, type Intent } from './payment-intent.ts'
import { changedShipping, kept, optionsOf } from './payment-intent.texts.ts'

type Given = Body<typeof paymentsApi.updatePaymentIntent>

/** What is only noted beside a payment, and so may change whenever; metadata as it is to be. */
export interface Notes {
  readonly description?: Given['description']
  readonly metadata?: Record<string, string> | undefined
}

/** What is agreed on with who pays: it stands still once a processor may have been asked. */
export type Amendment = Omit<Given, 'description' | 'metadata' | 'payment_method_types'>

export const noteOn = (intent: Intent, { description, metadata = intent.metadata }: Notes): Intent => ({
  ...intent,
  description: kept(intent.description, description),
  metadata,
})

const isEmpty = (given: Amendment): boolean => Object.values(given).every((value) => value === undefined)

/**
 * The intent with other terms. What awaited its holder awaits a confirmation again, since they would have agreed to
 * something else. @throws Fault payment_intent_unexpected_state when anything but notes is to change too late
 */
export const amendIntent = (intent: Intent, given: Amendment): Intent => {
  if (isEmpty(given)) return intent
  const next = nextStatus(intent, 'amend')
  const payment_method = kept(intent.payment_method, given.payment_method)
  const open = next === 'requires_payment_method' ? 'requires_confirmation' : next
  return {
    ...intent,
    status: payment_method === null ? 'requires_payment_method' : open,
    amount: given.amount === undefined ? intent.amount : BigInt(given.amount),
    currency: given.currency?.toLowerCase() ?? intent.currency,
    capture_method: given.capture_method ?? intent.capture_method,
    customer: kept(intent.customer, given.customer),
    payment_method,
    payment_method_options: optionsOf(intent.payment_method_options, given.payment_method_options),
    receipt_email: kept(intent.receipt_email, given.receipt_email),
    setup_future_usage: kept(intent.setup_future_usage, given.setup_future_usage),
    shipping: changedShipping(intent.shipping, given.shipping),
    statement_descriptor: kept(intent.statement_descriptor, given.statement_descriptor),
    statement_descriptor_suffix: kept(intent.statement_descriptor_suffix, given.statement_descriptor_suffix),
    transfer_group: kept(intent.transfer_group, given.transfer_group),
    next_action: null,
    authentication: null,
    authenticated: false,
  }
}

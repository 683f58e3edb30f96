import type { SetupIntent as WireSetupIntent } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import type { SetupIntent } from './setup-intent.ts'

/** The setup intent as the API and the events show it; the members stand in the contract's order. */
export const setupIntentToWire = (intent: SetupIntent): WireSetupIntent => ({
  id: intent.id,
  object: 'setup_intent',
  allowed_payment_method_types: null,
  application: null,
  attach_to_self: false,
  automatic_payment_methods: intent.automatic_payment_methods,
  cancellation_reason: intent.cancellation_reason,
  client_secret: intent.client_secret,
  created: unixSeconds(intent.created_at),
  customer: intent.customer,
  customer_account: null,
  description: intent.description,
  excluded_payment_method_types: null,
  flow_directions: null,
  last_setup_error: intent.last_setup_error,
  latest_attempt: intent.latest_attempt,
  livemode: intent.mode === 'live',
  mandate: null,
  metadata: intent.metadata,
  next_action: intent.next_action,
  on_behalf_of: null,
  payment_method: intent.payment_method,
  payment_method_configuration_details: null,
  payment_method_options: {
    card: { mandate_options: null, network: null, request_three_d_secure: intent.request_three_d_secure },
  },
  payment_method_types: ['card'],
  single_use_mandate: null,
  status: intent.status,
  usage: intent.usage,
})

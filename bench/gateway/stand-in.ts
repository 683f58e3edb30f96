// What stands behind the gateway in its benchmark: an answer that costs nothing, by the real contract and router.
import { Writable } from 'node:stream'
import { memoryBus } from '@micro/bus'
import { paymentsApi, type BusMessages, type PaymentIntent } from '@micro/contracts'
import { createIds, systemClock } from '@micro/kernel'
import { createLogger, createService, type Runtime, type Service } from '@micro/service'
import { unwatched } from '@micro/testing'

export const intent: PaymentIntent = {
  id: 'pi_000000000000000000000000',
  object: 'payment_intent',
  allowed_payment_method_types: null,
  amount: 5000,
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: 5000,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: 'automatic',
  client_secret: 'pi_000000000000000000000000_secret_000000000000000000000000',
  confirmation_method: 'automatic',
  created: 1_767_225_600,
  currency: 'usd',
  customer: null,
  customer_account: null,
  description: null,
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: 'ch_000000000000000000000000',
  livemode: false,
  managed_payments: null,
  metadata: {},
  next_action: null,
  on_behalf_of: null,
  payment_method: 'pm_card_visa',
  payment_method_configuration_details: null,
  payment_method_options: {},
  payment_method_types: ['card'],
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: 'succeeded',
  transfer_data: null,
  transfer_group: null,
}

export const path = `/v1/payment_intents/${intent.id}`

/** Writes its log lines, as production does, and lets them go. */
export const runtime = (service: string): Runtime => ({
  bus: memoryBus<BusMessages>({
    onError: (error) => {
      throw error
    },
  }),
  clock: systemClock,
  newId: createIds({ clock: systemClock }),
  log: createLogger({ service, destination: new Writable({ write: (_chunk, _encoding, done) => done() }) }),
  ...unwatched(service),
})

/** One operation of payments, validated and serialised like the real one; its handler knows the answer. */
export const standIn = (deps: Runtime): Service =>
  createService(
    {
      name: 'payments',
      api: { retrievePaymentIntent: paymentsApi.retrievePaymentIntent },
      handlers: { retrievePaymentIntent: () => Promise.resolve(intent) },
      ready: () => Promise.resolve(),
    },
    deps,
  )

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
  amount: 5000,
  amount_capturable: 0,
  amount_received: 5000,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: 'automatic',
  client_secret: 'pi_000000000000000000000000_secret_000000000000000000000000',
  confirmation_method: 'automatic',
  created: 1_767_225_600,
  currency: 'usd',
  customer: null,
  description: null,
  last_payment_error: null,
  latest_charge: 'ch_000000000000000000000000',
  livemode: false,
  metadata: {},
  next_action: null,
  payment_method: 'pm_card_visa',
  payment_method_types: ['card'],
  receipt_email: null,
  statement_descriptor: null,
  status: 'succeeded',
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

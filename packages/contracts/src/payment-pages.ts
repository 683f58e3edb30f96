import Type from 'typebox'
import { CheckoutSession } from './checkout-sessions.ts'
import { AnyId, Exact, IdParam } from './common.ts'
import { route } from './route.ts'

/** What the triggers of Stripe's command line ask for in a buyer's place; `id` is the session's. */
export const paymentPagesApi = {
  retrievePaymentPage: route({
    method: 'GET',
    path: '/v1/payment_pages/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: "Retrieve the session of a hosted page, for triggers of Stripe's command line.",
    params: IdParam,
    response: CheckoutSession,
    faults: ['resource_missing'],
  }),
  confirmPaymentPage: route({
    method: 'POST',
    path: '/v1/payment_pages/:id/confirm',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    summary: "Pay a session in a buyer's place, for triggers of Stripe's command line.",
    params: IdParam,
    body: Exact({ payment_method: AnyId, expected_amount: Type.Optional(Type.Integer()) }),
    response: CheckoutSession,
    faults: ['resource_missing', 'checkout_session_not_open', 'card_declined', 'lock_timeout', 'test_mode_only'],
  }),
} as const

import Type from 'typebox'
import { Exact, IdParam, Text } from './common.ts'
import { route } from './route.ts'

const told = Type.Optional(Text(255))

const routeOf = {
  service: 'payments',
  path: '/checkout/pay/:id',
  access: ['public'],
  status: 200,
  page: true,
  params: IdParam,
  response: Type.String(),
} as const

/** Where a buyer pays a checkout session. Whoever knows the page's address may. */
export const checkoutPageApi = {
  showCheckout: route({
    ...routeOf,
    method: 'GET',
    summary: 'The hosted page of a checkout session, to which its url leads.',
    // What 3-D Secure tells whoever it leads back to; the page asks for itself how the payment stands.
    query: Exact({
      payment_intent: told,
      payment_intent_client_secret: told,
      setup_intent: told,
      setup_intent_client_secret: told,
      redirect_status: told,
    }),
    faults: ['resource_missing'],
  }),
  payCheckout: route({
    ...routeOf,
    method: 'POST',
    cardNumber: '/card_number',
    summary: "The hosted page's form; leads to the success_url. It takes the published test cards and no other.",
    body: Exact({
      email: Type.Optional(Text(300)),
      card_number: Type.Optional(Text(60)),
      expiry: Type.Optional(Text(20)),
      cvc: Type.Optional(Text(20)),
      name: Type.Optional(Text(300)),
    }),
    faults: ['resource_missing', 'card_number_refused'],
  }),
} as const

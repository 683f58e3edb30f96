import type Stripe from 'stripe'
import { unixSeconds } from '@micro/kernel'
import type { PageLine, PagePayment, PageRequest, PageThere } from './paging.ts'
import { keptCardOf, outcomeOfIntent, paymentOf } from './stripe.ts'
import { chargeOfIntent } from './stripe-settlement.ts'

/** What a page is asked for with: how its payment stands is to be seen in it. */
export const pageExpansions = ['payment_intent.payment_method']

const lineOf =
  (currency: string) =>
  ({ name, unit, quantity }: PageLine): Stripe.Checkout.SessionCreateParams.LineItem => ({
    price_data: { currency, unit_amount: Number(unit), product_data: { name } },
    quantity,
  })

/** What is sent for a page; computed amounts, so that nothing there depends on a price of its own. */
export const paramsOf = (request: PageRequest): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  allowed_payment_method_types: ['card'],
  line_items: request.lines.map(lineOf(request.currency)),
  success_url: request.successUrl,
  ...(request.cancelUrl === null ? {} : { cancel_url: request.cancelUrl }),
  ...(request.email === null ? {} : { customer_email: request.email }),
  ...(request.locale === null ? {} : { locale: request.locale as Stripe.Checkout.SessionCreateParams.Locale }),
  ...(request.submitType === null
    ? {}
    : { submit_type: request.submitType as Stripe.Checkout.SessionCreateParams.SubmitType }),
  ...(request.expiresAt === undefined ? {} : { expires_at: unixSeconds(request.expiresAt) }),
  metadata: { micro_checkout_session: request.session },
  payment_intent_data: {
    capture_method: request.captureMethod,
    metadata: { micro_charge: request.charge, micro_checkout_session: request.session },
  },
  expand: pageExpansions,
})

const paymentThereOf = (intent: Stripe.PaymentIntent): PagePayment => {
  const { payment_method: method, status } = intent
  const isShown = method !== null && typeof method !== 'string'
  return {
    there: paymentOf(intent),
    charge: chargeOfIntent(intent),
    outcome: outcomeOfIntent(intent),
    canceled: status === 'canceled',
    underWay: status !== 'canceled' && status !== 'requires_payment_method',
    method: isShown ? method.id : (method ?? undefined),
    card: isShown ? keptCardOf(method) : undefined,
  }
}

const ended = ['complete', 'expired'] as const

const emailCharsMax = 512
const nameCharsMax = 256

/** Who paid there, as far as it can be kept here: a name that is too long must not keep what was paid from being booked. */
const buyerOf = ({ customer_details: details }: Stripe.Checkout.Session): PageThere['buyer'] => {
  const [email, name] = [details?.email, details?.name].map((text) => text?.replaceAll('\0', '').toWellFormed() ?? null)
  return {
    email: email !== undefined && email !== null && email.length <= emailCharsMax ? email : null,
    name: name?.slice(0, nameCharsMax).toWellFormed() ?? null,
  }
}

/** How a session there stands, with its payment intent expanded. */
export const pageOf = (session: Stripe.Checkout.Session): PageThere => {
  const { id, url, status, metadata, amount_total: amount, currency, payment_intent: intent } = session
  return {
    id,
    url,
    // One that is not known yet may still come to either of the others.
    status: ended.find((each) => each === status) ?? 'open',
    session: metadata?.['micro_checkout_session'],
    amount: BigInt(amount ?? 0),
    currency: currency ?? '',
    payment: intent === null || typeof intent === 'string' ? undefined : paymentThereOf(intent),
    buyer: buyerOf(session),
  }
}

import {
  type Account,
  expandableObjects,
  type Balance,
  type BalanceTransaction,
  type Charge,
  type CheckoutLineItem,
  type CheckoutSession,
  type Customer,
  type DeletedCustomer,
  type Dispute,
  type Event,
  type PaymentIntent,
  type PaymentMethod,
  type Price,
  type Product,
  type SetupAttempt,
  type SetupIntent,
  type Token,
  type Payout,
  type Refund,
  type DeletedWebhookEndpoint,
  type WebhookEndpoint,
  type WebhookEndpointWithSecret,
} from '@micro/contracts'
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import type { AnswersLike } from './answers-like.ts'

/**
 * By `make types`: what Micro answers has the type that the `stripe` package gives it, but for the members listed here.
 * A list that is too short or too long does not compile.
 */
const conforms = {
  // Nobody is asked for a country; Stripe leaves it out where it is not known.
  account: true satisfies AnswersLike<Account, Stripe.Account, 'country'>,
  payment_intent: true satisfies AnswersLike<PaymentIntent, Stripe.PaymentIntent>,
  charge: true satisfies AnswersLike<Charge, Stripe.Charge, 'refunds'>,
  customer: true satisfies AnswersLike<Customer, Stripe.Customer>,
  deleted_customer: true satisfies AnswersLike<DeletedCustomer, Stripe.DeletedCustomer>,
  payment_method: true satisfies AnswersLike<PaymentMethod, Stripe.PaymentMethod>,
  token: true satisfies AnswersLike<Token, Stripe.Token>,
  product: true satisfies AnswersLike<Product, Stripe.Product>,
  // The SDK makes a number of its own kind of the text.
  price: true satisfies AnswersLike<Price, Stripe.Price, 'unit_amount_decimal'>,
  setup_intent: true satisfies AnswersLike<SetupIntent, Stripe.SetupIntent>,
  setup_attempt: true satisfies AnswersLike<SetupAttempt, Stripe.SetupAttempt>,
  balance: true satisfies AnswersLike<Balance, Stripe.Balance>,
  balance_transaction: true satisfies AnswersLike<BalanceTransaction, Stripe.BalanceTransaction>,
  payout: true satisfies AnswersLike<Payout, Stripe.Payout>,
  // One of the others.
  balance_transaction_source: true,
  refund: true satisfies AnswersLike<Refund, Stripe.Refund>,
  dispute: true satisfies AnswersLike<Dispute, Stripe.Dispute>,
  // Made of the others.
  charge_refunds: true,
  checkout_session: true satisfies AnswersLike<CheckoutSession, Stripe.Checkout.Session, 'line_items'>,
  // Its price has a number of the SDK's own kind.
  checkout_line_item: true satisfies AnswersLike<CheckoutLineItem, Stripe.LineItem, 'price'>,
  // Made of the others.
  checkout_line_items: true,
  webhook_endpoint: true satisfies AnswersLike<WebhookEndpoint, Stripe.WebhookEndpoint>,
  new_webhook_endpoint: true satisfies AnswersLike<WebhookEndpointWithSecret, Stripe.WebhookEndpoint>,
  deleted_webhook_endpoint: true satisfies AnswersLike<DeletedWebhookEndpoint, Stripe.DeletedWebhookEndpoint>,
  // One type for all events here, one for each at Stripe.
  event: true satisfies AnswersLike<Event, Stripe.Event, 'data' | 'type'>,
}

test('every object that can be expanded is compared with its type in the stripe package', () => {
  expect(Object.keys(conforms)).toEqual(expect.arrayContaining(Object.keys(expandableObjects)))
})

test('a member that is missing, may be missing, is of another type, or is listed without need does not compile', () => {
  interface Theirs {
    a: string
    b: { c: number } | null
    d?: string
  }
  const compared: Record<string, true> = {
    alike: true satisfies AnswersLike<{ a: 'x'; b: null; more: number }, Theirs>,
    listed: true satisfies AnswersLike<{ a: 'x' }, Theirs, 'b'>,
    // @ts-expect-error -- b is missing
    missing: true satisfies AnswersLike<{ a: 'x' }, Theirs>,
    // @ts-expect-error -- b may be missing
    maybeMissing: true satisfies AnswersLike<{ a: 'x'; b?: { c: number } }, Theirs>,
    // @ts-expect-error -- the c in b is no number
    unlike: true satisfies AnswersLike<{ a: 'x'; b: { c: string } }, Theirs>,
    // @ts-expect-error -- of what is optional at Stripe, what is there counts
    unlikeOptional: true satisfies AnswersLike<{ a: 'x'; b: null; d: null }, Theirs>,
    // @ts-expect-error -- b is as it should be
    listedWithoutNeed: true satisfies AnswersLike<{ a: 'x'; b: null }, Theirs, 'b'>,
  }
  expect(Object.keys(compared)).toHaveLength(7)
})

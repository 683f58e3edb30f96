import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testCards } from '../../services/payments/src/processors/test-cards.ts'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let stripe: Stripe
beforeAll(async () => {
  sdk = await openAcceptance()
  stripe = sdk.mine.stripe
})
afterAll(() => sdk?.stop())

type Told = readonly [code: string, declineCode: string, param: string | undefined, advice: string | undefined]

const card = (declineCode: string, advice: string): Told => ['card_declined', declineCode, undefined, advice]

/** By what stands behind `pm_card_` and `tok_`: what Stripe tells of a charge that this card declines. */
const told: Readonly<Record<string, Told>> = {
  declined: card('generic_decline', 'try_again_later'),
  chargeDeclined: card('generic_decline', 'try_again_later'),
  visa_chargeDeclined: card('generic_decline', 'try_again_later'),
  chargeCustomerFail: card('generic_decline', 'try_again_later'),
  chargeDeclinedInsufficientFunds: card('insufficient_funds', 'try_again_later'),
  visa_chargeDeclinedInsufficientFunds: card('insufficient_funds', 'try_again_later'),
  chargeDeclinedLostCard: card('lost_card', 'do_not_try_again'),
  visa_chargeDeclinedLostCard: card('lost_card', 'do_not_try_again'),
  chargeDeclinedStolenCard: card('stolen_card', 'do_not_try_again'),
  visa_chargeDeclinedStolenCard: card('stolen_card', 'do_not_try_again'),
  chargeDeclinedFraudulent: card('fraudulent', 'do_not_try_again'),
  visa_chargeDeclinedFraudulent: card('fraudulent', 'do_not_try_again'),
  radarBlock: card('fraudulent', 'do_not_try_again'),
  chargeDeclinedVelocityLimitExceeded: card('card_velocity_exceeded', 'try_again_later'),
  visa_chargeDeclinedVelocityLimitExceeded: card('card_velocity_exceeded', 'try_again_later'),
  chargeDeclinedExpiredCard: ['expired_card', 'expired_card', 'exp_month', undefined],
  visa_chargeDeclinedExpiredCard: ['expired_card', 'expired_card', 'exp_month', undefined],
  chargeDeclinedIncorrectCvc: ['incorrect_cvc', 'incorrect_cvc', 'cvc', undefined],
  visa_chargeDeclinedIncorrectCvc: ['incorrect_cvc', 'incorrect_cvc', 'cvc', undefined],
  chargeDeclinedProcessingError: ['processing_error', 'processing_error', undefined, 'try_again_later'],
  visa_chargeDeclinedProcessingError: ['processing_error', 'processing_error', undefined, 'try_again_later'],
}

/** Cards whose holder has to prove to be one first: what comes of them afterwards, or where nobody is there to ask. */
const asking: Readonly<Record<string, Told>> = {
  threeDSecureRequiredChargeDeclined: card('generic_decline', 'try_again_later'),
  threeDSecureRequiredProcessingError: ['processing_error', 'processing_error', undefined, 'try_again_later'],
  authenticationRequiredChargeDeclinedInsufficientFunds: card('insufficient_funds', 'try_again_later'),
}

const terms = {
  amount: 5000,
  currency: 'usd',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const
const pay = (method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({ ...terms, payment_method: method, confirm: true, ...more })
const asTold = ({
  code,
  decline_code,
  param,
  advice_code,
}: Stripe.errors.StripeError | Stripe.PaymentIntent.LastPaymentError) => [code, decline_code, param, advice_code]
/** The payer's answer on the page of 3-D Secure. */
const authenticate = async ({ next_action: action }: Stripe.PaymentIntent, answer: 'complete' | 'fail') => {
  const url = action?.redirect_to_url?.url ?? ''
  const body = new URLSearchParams({ action: answer })
  await fetch(url, { method: 'POST', redirect: 'manual', body })
}

test('every test card that declines has its line in these tables', () => {
  const declining = [...testCards].filter(([, { decline, blocked }]) => decline !== undefined || blocked === true)
  const names = new Set(declining.map(([alias]) => alias.replace(/^(pm_card|tok)_/, '')))
  expect([...names].toSorted()).toEqual([...Object.keys(told), ...Object.keys(asking)].toSorted())
})

describe('the official SDK throws its card error', () => {
  for (const [name, expected] of Object.entries(told))
    test(`of pm_card_${name}: ${expected.filter(Boolean).join(', ')}`, async () => {
      const error = await errorOf(pay(`pm_card_${name}`))
      expect([error.type, error.rawType, error.statusCode]).toEqual(['StripeCardError', 'card_error', 402])
      expect(error).toBeInstanceOf((await import('stripe')).default.errors.StripeCardError)
      expect(asTold(error)).toEqual(expected)
      // The intent stays open, and the error shows it.
      const { payment_intent: intent, charge } = error as Stripe.errors.StripeCardError
      expect(intent).toMatchObject({ status: 'requires_payment_method', payment_method: null, latest_charge: charge })
      expect(asTold(intent?.last_payment_error as Stripe.PaymentIntent.LastPaymentError)).toEqual(expected)
      expect(await stripe.charges.retrieve(charge ?? '')).toMatchObject({ status: 'failed', failure_code: expected[0] })
    })

  for (const [name, expected] of Object.entries(asking))
    test(`in the intent after the holder of pm_card_${name} proved to be one: ${expected[1]}`, async () => {
      const asked = await pay(`pm_card_${name}`, { return_url: 'http://127.0.0.1/back' })
      expect(asked.status).toBe('requires_action')
      await authenticate(asked, 'complete')
      const { status, last_payment_error: error } = await stripe.paymentIntents.retrieve(asked.id)
      expect([status, asTold(error as Stripe.PaymentIntent.LastPaymentError)]).toEqual([
        'requires_payment_method',
        expected,
      ])
    })

  const required = ['authentication_required', 'authentication_required', undefined, undefined]
  const notHandled = ['authentication_required', 'authentication_not_handled', undefined, undefined]
  for (const [situation, more, expected] of [
    ['where nobody is there to prove anything', { off_session: true }, required],
    ['where the shop would rather have an error', { error_on_requires_action: true }, notHandled],
  ] as const)
    for (const name of ['authenticationRequired', 'threeDSecure2Required', 'threeDSecureRequired'])
      test(`of pm_card_${name} ${situation}: ${expected[1]}`, async () => {
        const error = await errorOf(pay(`pm_card_${name}`, more))
        expect([error.type, error.statusCode, asTold(error)]).toEqual(['StripeCardError', 402, expected])
      })

  test('in the intent where the holder fails to prove to be one, which can then be paid with another card', async () => {
    const asked = await pay('pm_card_threeDSecure2Required', { return_url: 'http://127.0.0.1/back' })
    await authenticate(asked, 'fail')
    const failed = await stripe.paymentIntents.retrieve(asked.id)
    expect(failed).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    })
    expect((await stripe.paymentIntents.confirm(asked.id, { payment_method: 'pm_card_visa' })).status).toBe('succeeded')
  })

  test('from setup intents, attaching and the older way to charge as from payment intents', async () => {
    const expected = told['chargeDeclinedLostCard']
    const customer = await stripe.customers.create()
    for (const call of [
      () =>
        stripe.setupIntents.create({
          payment_method: 'pm_card_chargeDeclinedLostCard',
          confirm: true,
          automatic_payment_methods: terms.automatic_payment_methods,
        }),
      () => stripe.paymentMethods.attach('pm_card_chargeDeclinedLostCard', { customer: customer.id }),
      () => stripe.charges.create({ amount: 5000, currency: 'usd', source: 'tok_chargeDeclinedLostCard' }),
    ]) {
      const error = await errorOf(call())
      expect([error.type, error.statusCode, asTold(error)]).toEqual(['StripeCardError', 402, expected])
    }
  })
})

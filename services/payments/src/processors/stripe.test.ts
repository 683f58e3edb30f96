import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { declineOfError, endingOfIntent, isUntouched, outcomeOfIntent } from './stripe.ts'
import { toldOfDispute } from './stripe-telling.ts'

const intent = (status: string, error: object | null = null): Stripe.PaymentIntent =>
  ({ id: 'pi_1', status, last_payment_error: error }) as Stripe.PaymentIntent

describe('how a payment stands there decides the charge only where it is the last word', () => {
  for (const [status, error, kind, untouched] of [
    ['succeeded', null, 'succeeded', false],
    ['requires_capture', null, 'succeeded', false],
    ['processing', null, undefined, false],
    ['requires_action', null, undefined, false],
    ['requires_confirmation', null, undefined, true],
    ['requires_payment_method', null, undefined, true],
    [
      'requires_payment_method',
      { code: 'card_declined', decline_code: 'lost_card', message: 'No.' },
      'declined',
      false,
    ],
    ['canceled', null, 'declined', false],
  ] as const)
    test(`${status}${error === null ? '' : ' after an error'}: ${kind ?? 'not decided'}`, () => {
      expect(outcomeOfIntent(intent(status, error))?.kind).toBe(kind)
      expect(isUntouched(intent(status, error))).toBe(untouched)
    })
})

describe('how an authorisation ended is known only where that is the last word', () => {
  for (const [status, ending] of [
    ['succeeded', { kind: 'captured' }],
    ['canceled', { kind: 'lapsed' }],
    ['requires_capture', undefined],
  ] as const)
    test(`${status}: ${ending?.kind ?? 'it stands'}`, () => expect(endingOfIntent(intent(status))).toEqual(ending))

  test('while it is being taken, nothing is known', () =>
    expect(() => endingOfIntent(intent('processing'))).toThrow('not decided yet'))
})

describe('a dispute is one here by its status there', () => {
  const told = (status: string) =>
    toldOfDispute(
      {
        ...{ id: 'dp_1', status, amount: 500, currency: 'usd', reason: 'fraudulent', evidence_details: {} },
        ...{ payment_intent: { id: 'pi_1', amount: 500, currency: 'usd', metadata: { micro_charge: 'ch_1' } } },
        balance_transactions: [],
      } as unknown as Stripe.Dispute,
      { processor: 'proc_1', now: new Date(0) },
    )
  for (const [status, inquiry, decision] of [
    ['warning_needs_response', true, undefined],
    ['warning_under_review', true, undefined],
    ['warning_closed', true, 'closed'],
    ['needs_response', false, undefined],
    ['under_review', false, undefined],
    ['appeal_needs_response', false, undefined],
    ['appeal_under_review', false, undefined],
    ['won', false, 'won'],
    ['lost', false, 'lost'],
  ] as const)
    test(`${status}: ${inquiry ? 'an inquiry' : 'a chargeback'}, ${decision ?? 'open'}`, () =>
      expect(told(status)).toMatchObject({ decision, dispute: { inquiry } }))

  test('prevented: none', () => expect(told('prevented')).toBeUndefined())

  test('unknown: it is asked about again', () =>
    expect(() => told('surprising')).toThrow('dispute dp_1 has the unknown status surprising'))
})

describe('an error says that nothing was charged only where that is certain', () => {
  const raw = (statusCode: number, code = 'x') => ({ type: 'invalid_request_error', statusCode, code, message: 'm' })
  const refusal = (code: string, param: string) =>
    new Stripe.errors.StripeInvalidRequestError({ ...raw(400, code), param } as never)
  for (const [what, error, declineCode] of [
    ['a decline', new Stripe.errors.StripeCardError({ ...raw(402), decline_code: 'lost_card' } as never), 'lost_card'],
    ['a refused request', new Stripe.errors.StripeInvalidRequestError(raw(400) as never), 'processing_error'],
    ['an unknown payment method', refusal('resource_missing', 'payment_method'), 'processing_error'],
    ['too small an amount', refusal('amount_too_small', 'amount'), 'invalid_amount'],
    ['too large an amount', refusal('amount_too_large', 'amount'), 'invalid_amount'],
    ['a refused key', new Stripe.errors.StripeAuthenticationError(raw(401) as never), undefined],
    ['a key without the right', new Stripe.errors.StripePermissionError(raw(403) as never), undefined],
    ['too many requests', new Stripe.errors.StripeRateLimitError(raw(429) as never), undefined],
    ['a key sent with another request', new Stripe.errors.StripeIdempotencyError(raw(400) as never), undefined],
    ['an error of the server', new Stripe.errors.StripeAPIError(raw(500) as never), undefined],
    ['no connection', new Stripe.errors.StripeConnectionError(raw(0) as never), undefined],
    ['anything else', new Error('x'), undefined],
  ] as const)
    test(`${what}: ${declineCode ?? 'unknown'}`, () => expect(declineOfError(error)?.declineCode).toBe(declineCode))
})

import type { PaymentIntentStatus } from '@micro/contracts'
import { Fault, systemClock } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { amendIntent, noteOn } from './amend.ts'
import { agreeOn, authenticateIntent, challengeIntent, startCharge } from './confirm.ts'
import { createIntent } from './new-intent.ts'
import { authoriseIntent, cancelIntent, declineIntent, lapseIntent, startCapture, succeedIntent } from './outcome.ts'
import { nextStatus, statusesFor, type Intent, type IntentCommand } from './payment-intent.ts'
import { intentToWire } from './payment-intent.wire.ts'

const now = systemClock.now()
const created = (given: Partial<Parameters<typeof createIntent>[0]> = {}): Intent =>
  createIntent({
    id: 'pi_1',
    merchant: 'acct_1',
    mode: 'test',
    clientSecret: 'pi_1_secret_x',
    now,
    amount: 1999n,
    currency: 'usd',
    ...given,
  })

describe('every cell of the transition table', () => {
  const refused = {
    amend: 'refused',
    confirm: 'refused',
    challenge: 'refused',
    authenticate: 'refused',
    refuse: 'refused',
    succeed: 'refused',
    authorise: 'refused',
    decline: 'refused',
    capture: 'refused',
    lapse: 'refused',
    cancel: 'refused',
  } as const
  const cells: Record<PaymentIntentStatus, Record<IntentCommand, PaymentIntentStatus | 'refused'>> = {
    requires_payment_method: {
      ...refused,
      amend: 'requires_payment_method',
      confirm: 'processing',
      challenge: 'requires_action',
      refuse: 'requires_payment_method',
      cancel: 'canceled',
    },
    requires_confirmation: {
      ...refused,
      amend: 'requires_confirmation',
      confirm: 'processing',
      challenge: 'requires_action',
      refuse: 'requires_payment_method',
      cancel: 'canceled',
    },
    requires_action: {
      ...refused,
      amend: 'requires_confirmation',
      confirm: 'processing',
      challenge: 'requires_action',
      authenticate: 'requires_confirmation',
      refuse: 'requires_payment_method',
      cancel: 'canceled',
    },
    processing: {
      ...refused,
      succeed: 'succeeded',
      authorise: 'requires_capture',
      decline: 'requires_payment_method',
      lapse: 'canceled',
    },
    requires_capture: { ...refused, capture: 'processing', lapse: 'canceled', cancel: 'canceled' },
    succeeded: refused,
    canceled: refused,
  }
  for (const [status, row] of Object.entries(cells) as [PaymentIntentStatus, (typeof cells)['canceled']][]) {
    for (const [command, want] of Object.entries(row) as [IntentCommand, PaymentIntentStatus | 'refused'][]) {
      test(`${status} + ${command} = ${want}`, () => {
        const intent = { ...created(), status }
        if (want !== 'refused') return expect(nextStatus(intent, command)).toBe(want)
        const fault = expect.objectContaining({ code: 'payment_intent_unexpected_state' }) as Error
        return expect(() => nextStatus(intent, command)).toThrow(fault)
      })
    }
  }
})

test('a refused command names the statuses that allow it and shows the intent', () => {
  const intent = { ...created(), status: 'succeeded' as const }
  try {
    nextStatus(intent, 'cancel')
    expect.unreachable()
  } catch (error) {
    expect((error as Fault).detail).toMatchObject({ status: 'succeeded', payment_intent: { id: 'pi_1' } })
  }
  expect(statusesFor('cancel')).toEqual([
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'requires_capture',
  ])
})

test('with a payment method an intent waits for confirmation, without one for the payment method', () => {
  expect(created().status).toBe('requires_payment_method')
  expect(created({ paymentMethod: 'pm_card_visa' }).status).toBe('requires_confirmation')
})

test('currencies are kept in lower case, empty texts as absent', () => {
  const intent = created({ currency: 'USD', description: '', metadata: { a: '', b: 'x' } })
  expect(intentToWire(intent)).toMatchObject({ currency: 'usd', description: null, metadata: { b: 'x' } })
})

test('confirming without any payment method is refused, with a given one it replaces the kept one', () => {
  expect(() => agreeOn(created(), {})).toThrow(Fault)
  const kept = created({ paymentMethod: 'pm_card_visa' })
  expect(startCharge(agreeOn(kept, {}), 'ch_1')).toMatchObject({
    status: 'processing',
    payment_method: 'pm_card_visa',
    latest_charge: 'ch_1',
  })
  expect(agreeOn(kept, { paymentMethod: 'pm_card_amex' }).payment_method).toBe('pm_card_amex')
})

test('what was authenticated stays so for the same payment method only, and until the terms change', () => {
  const challenged = challengeIntent(created({ paymentMethod: 'pm_card_visa' }), { authentication: 'x', url: 'u' })
  const authenticated = authenticateIntent(challenged)
  expect(authenticated).toMatchObject({ status: 'requires_confirmation', authenticated: true, next_action: null })
  expect(agreeOn(authenticated, {}).authenticated).toBe(true)
  expect(agreeOn(authenticated, { paymentMethod: 'pm_card_amex' }).authenticated).toBe(false)
  expect(amendIntent(authenticated, { amount: 5 }).authenticated).toBe(false)
})

describe('an amendment', () => {
  const open = created({ paymentMethod: 'pm_card_visa', metadata: { a: '1', b: '2' } })
  test('of what awaits its holder awaits a confirmation again', () => {
    const challenged = challengeIntent(open, { authentication: 'x', url: 'u' })
    expect(amendIntent(challenged, { amount: 5 })).toMatchObject({
      status: 'requires_confirmation',
      amount: 5n,
      next_action: null,
      authentication: null,
    })
  })
  test('that takes the payment method away, or gives one, changes what is required', () => {
    const without = amendIntent(open, { payment_method: '' })
    expect(without).toMatchObject({ status: 'requires_payment_method', payment_method: null })
    expect(amendIntent(without, { payment_method: 'pm_card_visa' }).status).toBe('requires_confirmation')
  })
  test('comes too late once it was charged, while notes may still be made', () => {
    const charged = startCharge(agreeOn(open, {}), 'ch_1')
    expect(() => amendIntent(charged, { amount: 5 })).toThrow(/cannot update/)
    expect(amendIntent(noteOn(charged, { description: 'later' }), {}).description).toBe('later')
  })
})

test('a success receives the whole amount; a decline takes the payment method away and says why', () => {
  const processing = startCharge(agreeOn(created({ paymentMethod: 'pm_card_visa' }), {}), 'ch_1')
  expect(intentToWire(succeedIntent(processing))).toMatchObject({ status: 'succeeded', amount_received: 1999 })
  const error = { type: 'card_error', code: 'card_declined', message: 'no' } as const
  expect(intentToWire(declineIntent(processing, error))).toMatchObject({
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: error,
    amount_received: 0,
    latest_charge: 'ch_1',
  })
})

test('an authorisation can be captured in part: the part is received, and nothing is left', () => {
  const processing = startCharge(agreeOn(created({ paymentMethod: 'pm_card_visa' }), {}), 'ch_1')
  const authorised = authoriseIntent(processing)
  expect(intentToWire(authorised)).toMatchObject({ status: 'requires_capture', amount_capturable: 1999 })
  expect(intentToWire(succeedIntent(startCapture(authorised), 500n))).toMatchObject({
    status: 'succeeded',
    amount: 1999,
    amount_received: 500,
    amount_capturable: 0,
  })
  expect(intentToWire(lapseIntent(authorised, { reason: 'expired', now }))).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'expired',
    amount_capturable: 0,
  })
})

test('a canceled intent says when and why', () => {
  const wire = intentToWire(cancelIntent(created(), { reason: 'duplicate', now }))
  expect(wire).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'duplicate',
    canceled_at: Math.floor(now.getTime() / 1000),
  })
})

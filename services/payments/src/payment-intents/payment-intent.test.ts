import type { PaymentIntentStatus } from '@micro/contracts'
import { Fault, systemClock } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import {
  cancelIntent,
  createIntent,
  declineIntent,
  intentToWire,
  nextStatus,
  startConfirm,
  statusesFor,
  succeedIntent,
  type Intent,
  type IntentCommand,
} from './payment-intent.ts'

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
    captureMethod: undefined,
    automaticPaymentMethods: undefined,
    description: undefined,
    metadata: undefined,
    paymentMethod: undefined,
    receiptEmail: undefined,
    statementDescriptor: undefined,
    ...given,
  })

describe('every cell of the transition table', () => {
  const cells: Record<PaymentIntentStatus, Record<IntentCommand, PaymentIntentStatus | 'refused'>> = {
    requires_payment_method: { confirm: 'processing', cancel: 'canceled', succeed: 'refused', decline: 'refused' },
    requires_confirmation: { confirm: 'processing', cancel: 'canceled', succeed: 'refused', decline: 'refused' },
    processing: { confirm: 'refused', cancel: 'refused', succeed: 'succeeded', decline: 'requires_payment_method' },
    succeeded: { confirm: 'refused', cancel: 'refused', succeed: 'refused', decline: 'refused' },
    canceled: { confirm: 'refused', cancel: 'refused', succeed: 'refused', decline: 'refused' },
  }
  for (const [status, row] of Object.entries(cells) as [PaymentIntentStatus, (typeof cells)['canceled']][]) {
    for (const [command, want] of Object.entries(row) as [IntentCommand, PaymentIntentStatus | 'refused'][]) {
      test(`${status} + ${command} = ${want}`, () => {
        const intent = { ...created(), status }
        if (want !== 'refused') return expect(nextStatus(intent, command)).toBe(want)
        const refused = expect.objectContaining({ code: 'payment_intent_unexpected_state' }) as Error
        return expect(() => nextStatus(intent, command)).toThrow(refused)
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
  expect(statusesFor('cancel')).toEqual(['requires_payment_method', 'requires_confirmation'])
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
  const given = { charge: 'ch_1', paymentMethod: undefined, receiptEmail: undefined }
  expect(() => startConfirm(created(), given)).toThrow(Fault)
  const kept = created({ paymentMethod: 'pm_card_visa' })
  expect(startConfirm(kept, given)).toMatchObject({
    status: 'processing',
    payment_method: 'pm_card_visa',
    latest_charge: 'ch_1',
  })
  expect(startConfirm(kept, { ...given, paymentMethod: 'pm_card_amex' }).payment_method).toBe('pm_card_amex')
})

test('a success receives the whole amount; a decline takes the payment method away and says why', () => {
  const processing = startConfirm(created({ paymentMethod: 'pm_card_visa' }), {
    charge: 'ch_1',
    paymentMethod: undefined,
    receiptEmail: undefined,
  })
  expect(intentToWire(succeedIntent(processing))).toMatchObject({ status: 'succeeded', amount_received: 1999 })
  const error = { type: 'card_error', code: 'card_declined', message: 'no' }
  expect(intentToWire(declineIntent(processing, error))).toMatchObject({
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: error,
    amount_received: 0,
    latest_charge: 'ch_1',
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

import { parseTimestamp } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { testCards } from '../processors/test-cards.ts'
import { testCardFace } from './card-aliases.ts'
import {
  attachPaymentMethod,
  detachPaymentMethod,
  mintPaymentMethod,
  NEXT,
  requireUsable,
  updatePaymentMethod,
  usePaymentMethod,
  type PaymentMethod,
  type PaymentMethodStatus,
} from './payment-method.ts'

const now = parseTimestamp('2026-03-01T00:00:00Z')!
const face = testCardFace('pm_card_visa')!
const fresh = mintPaymentMethod({ id: 'pm_1', merchant: 'acct_a', mode: 'test', now }, { alias: 'pm_card_visa', face })
const methodIn = (status: PaymentMethodStatus): PaymentMethod => ({
  ...fresh,
  status,
  customer: status === 'fresh' ? null : 'cus_1',
})
const commands = {
  attach: (method: PaymentMethod) => attachPaymentMethod(method, 'cus_2'),
  detach: detachPaymentMethod,
  update: (method: PaymentMethod) => updatePaymentMethod(method, { metadata: {} }, now),
  use: usePaymentMethod,
}

describe('every command in every status does what the table says', () => {
  for (const status of ['fresh', 'attached', 'spent'] as const)
    for (const command of ['attach', 'detach', 'update', 'use'] as const) {
      const next = NEXT[status][command]
      const attempt = () => commands[command](methodIn(status))
      if (typeof next === 'string')
        test(`${command} makes ${status} ${next}`, () => expect(attempt().status).toBe(next))
      else
        test(`${command} refuses ${status}`, () =>
          expect(attempt).toThrowError(expect.objectContaining({ code: 'payment_method_unexpected_state' })))
    }
})

test('an attached one is used for its own customer only, a fresh one for anybody, a spent one for nobody', () => {
  const usable = (status: PaymentMethodStatus, customer: string | null): boolean => {
    try {
      requireUsable(methodIn(status), customer)
      return true
    } catch {
      return false
    }
  }
  const table = [
    ['fresh', null, true],
    ['fresh', 'cus_1', true],
    ['attached', 'cus_1', true],
    ['attached', 'cus_2', false],
    ['attached', null, false],
    ['spent', 'cus_1', false],
    ['spent', null, false],
  ] as const
  for (const [status, customer, want] of table)
    expect([status, customer, usable(status, customer)]).toEqual([status, customer, want])
})

test('whatever card the simulator knows can be shown', () => {
  expect([...testCards.keys()].filter((alias) => testCardFace(alias) === undefined)).toEqual([])
})

test('a card of this month is still good, one of last month is not', () => {
  const change = (month: number) =>
    updatePaymentMethod(methodIn('attached'), { metadata: {}, card: { exp_month: month, exp_year: 26 } }, now)
  expect(change(3)).toMatchObject({ exp_month: 3, exp_year: 2026 })
  expect(() => change(2)).toThrowError(expect.objectContaining({ code: 'invalid_expiry_month' }))
})

import { expect, test } from 'vitest'
import { figuresOf, successText } from './figures.ts'

const now = 1_795_723_507
const payment = (more: object = {}) =>
  ({
    currency: 'usd',
    status: 'succeeded',
    amount_received: 1000,
    created: now,
    last_payment_error: null,
    ...more,
  }) as never

test('figures are counted by currency and day, that of most payments first', () => {
  const payments = [
    payment({ currency: 'jpy', amount_received: 500 }),
    payment(),
    payment({ created: now - 86_400, amount_received: 300 }),
    payment({ status: 'requires_payment_method', amount_received: 0, last_payment_error: {} }),
    payment({ status: 'requires_payment_method', amount_received: 0 }),
  ]
  const [usd, jpy] = figuresOf(payments, { now, days: 3 })
  expect(usd).toMatchObject({ currency: 'usd', volume: 1300, paid: 2, failed: 1 })
  expect(usd?.days.map(({ volume }) => volume)).toEqual([0, 300, 1000])
  expect(jpy).toMatchObject({ currency: 'jpy', volume: 500, paid: 1, failed: 0 })
})

test('without payments there are no figures', () => expect(figuresOf([], { now, days: 3 })).toEqual([]))

for (const [paid, failed, want] of [
  [3, 1, '75 %'],
  // Never rounded up to what is not so.
  [999, 1, '99 %'],
  [1, 0, '100 %'],
  [0, 2, '0 %'],
  [0, 0, undefined],
] as const)
  test(`${paid} paid and ${failed} failed is a success of ${want}`, () =>
    expect(successText({ paid, failed })).toBe(want))

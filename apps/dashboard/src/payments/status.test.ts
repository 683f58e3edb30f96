import { expect, test } from 'vitest'
import { actsOn, outcomeOf, standingOf } from './status.ts'

const charge = {
  status: 'succeeded',
  captured: true,
  amount_captured: 1000,
  amount_refunded: 0,
  disputed: false,
} as const
const nothing = { capturable: 0, refundable: 0, cancelable: false }

for (const [name, status, capturable, charges, want] of [
  ['a paid payment can be refunded', 'succeeded', 0, [charge], { ...nothing, refundable: 1000 }],
  [
    'what was refunded is not refunded again',
    'succeeded',
    0,
    [{ ...charge, amount_refunded: 400 }],
    { ...nothing, refundable: 600 },
  ],
  ['a disputed payment cannot be refunded', 'succeeded', 0, [{ ...charge, disputed: true }], nothing],
  [
    'an authorised payment can be captured or canceled',
    'requires_capture',
    700,
    [{ ...charge, captured: false }],
    { ...nothing, capturable: 700, cancelable: true },
  ],
  ['a payment without a card can be canceled', 'requires_payment_method', 0, [], { ...nothing, cancelable: true }],
  ['nothing can be done while it is processed', 'processing', 0, [], nothing],
  ['nothing can be done after it was canceled', 'canceled', 0, [], nothing],
] as const)
  test(name, () => expect(actsOn({ status, amount_capturable: capturable }, charges)).toEqual(want))

test('a payment whose card was declined says so', () => {
  expect(standingOf({ status: 'requires_payment_method', last_payment_error: null }).text).toBe('Needs a card')
  expect(standingOf({ status: 'requires_payment_method', last_payment_error: {} as never }).text).toBe('Declined')
})

const paid = { status: 'succeeded', last_payment_error: null } as const
for (const [text, refunded, amount_refunded, disputed] of [
  ['Succeeded', false, 0, false],
  ['Partly refunded', false, 100, false],
  ['Refunded', true, 1000, false],
  ['Disputed', false, 0, true],
] as const)
  test(`a paid payment can have ended as ${text}`, () =>
    expect(outcomeOf(paid, [{ refunded, amount_refunded, disputed }]).text).toBe(text))

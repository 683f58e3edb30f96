import { expect, test } from 'vitest'
import { whyNotReversed } from './reversal.ts'

for (const [kind, reference_id, want] of [
  ['post', 'order-1', undefined],
  ['capture', 'order-1', undefined],
  ['post', 'micro:charge:ch_1', 'refund the payment'],
  ['hold', 'order-1', 'released'],
  ['release', 'order-1', 'posted nothing'],
  ['expire', 'micro:hold_expired:hold_1', 'Micro keeps this'],
  ['expire', 'order-1', 'posted nothing'],
  ['reversal', 'order-1', 'A reversal stays'],
] as const)
  test(`a ${kind} of the reference ${reference_id} ${want === undefined ? 'is reversed' : `says "${want}"`}`, () => {
    const why = whyNotReversed({ kind, reference_id })
    if (want === undefined) expect(why).toBeUndefined()
    else expect(why).toContain(want)
  })

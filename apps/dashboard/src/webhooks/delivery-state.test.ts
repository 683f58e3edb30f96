import { expect, test } from 'vitest'
import { deliveryState, lookEveryMs, untilText } from './delivery-state.ts'

const fresh = { status: 'pending', attempts: 0, last_status: null, last_error: null, next_attempt: 100 } as const

for (const [change, text, detail] of [
  [{}, 'Waiting', 'Not sent yet; next try now'],
  [{ next_attempt: null }, 'Waiting', 'Not sent yet'],
  [
    { attempts: 1, last_status: 500, last_error: 'It broke.', next_attempt: 105 },
    'Failing',
    'Tried once, last answer 500; next try in 5 s',
  ],
  [{ attempts: 2, last_error: 'Timed out.', next_attempt: null }, 'Failing', 'Tried 2 times, no answer'],
  [
    { status: 'failed', attempts: 3, last_status: 404, last_error: 'It broke.', next_attempt: null },
    'Given up',
    'Tried 3 times, last answer 404; not tried again by itself',
  ],
  [
    { status: 'delivered', attempts: 1, last_status: 200, next_attempt: null },
    'Delivered',
    'Tried once, last answer 200',
  ],
  [{ attempts: 1, last_status: 200 }, 'Being resent', 'Tried once, last answer 200; next try now'],
] as const)
  test(`at 100 a delivery with ${JSON.stringify(change)} is: ${text}`, () =>
    expect(deliveryState({ ...fresh, ...change }, 100)).toMatchObject({ text, detail }))

for (const [seconds, want] of [
  [-5, 'now'],
  [5, 'in 5 s'],
  [120, 'in 2 min'],
  [7200, 'in 2 h'],
] as const)
  test(`${seconds} s from now is ${want}`, () => expect(untilText(seconds)).toBe(want))

const delivered = { status: 'delivered', next_attempt: null } as const

for (const [name, deliveries, want] of [
  ['nothing is pending', [delivered], false],
  ['one is due now', [delivered, { status: 'pending', next_attempt: 99 }], 2_000],
  ['one is under way', [{ status: 'pending', next_attempt: null }], 2_000],
  ['the next is due in minutes', [{ status: 'pending', next_attempt: 400 }], 10_000],
] as const)
  test(`where ${name} deliveries are looked at ${want === false ? 'no more' : `every ${want} ms`}`, () =>
    expect(lookEveryMs(deliveries, 100)).toBe(want))

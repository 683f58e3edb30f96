import { expect, test } from 'vitest'
import { soughtIn } from './sought.ts'

for (const [typed, want] of [
  [' pi_3abc ', { kind: 'payment', id: 'pi_3abc' }],
  ['ch_3abc', { kind: 'charge', id: 'ch_3abc' }],
  ['re_3abc', { kind: 'refund', id: 're_3abc' }],
  ['dp_3abc', { kind: 'dispute', id: 'dp_3abc' }],
  ['cus_3abc', { kind: 'filters', filters: { customer: 'cus_3abc' } }],
  ['ada@shop.test', { kind: 'email', email: 'ada@shop.test' }],
  ['20', { kind: 'filters', filters: { amount_min: 2000, amount_max: 2000 } }],
  ['19,99', { kind: 'filters', filters: { amount_min: 1999, amount_max: 1999 } }],
  ['2000 JPY', { kind: 'filters', filters: { amount_min: 2000, amount_max: 2000, currency: 'jpy' } }],
  ['1.999kwd', { kind: 'filters', filters: { amount_min: 1999, amount_max: 1999, currency: 'kwd' } }],
  ['order=7', { kind: 'filters', filters: { metadata: 'order=7' } }],
  ['mail=ada@shop.test', { kind: 'filters', filters: { metadata: 'mail=ada@shop.test' } }],
  ['', { kind: 'nothing' }],
  ['chair', { kind: 'nothing' }],
  ['20 xxx', { kind: 'nothing' }],
  ['1.999 usd', { kind: 'nothing' }],
] as const)
  test(`'${typed}' looks for ${JSON.stringify(want)}`, () => expect(soughtIn(typed)).toEqual(want))

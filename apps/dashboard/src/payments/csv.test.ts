import type { PaymentIntent } from '@micro/contracts'
import { expect, test } from 'vitest'
import { csvHead, csvOf } from './csv.ts'

const payment = (more: Partial<PaymentIntent>) =>
  ({
    id: 'pi_1',
    created: 1_795_723_507,
    status: 'succeeded',
    currency: 'usd',
    amount: 1999,
    amount_received: 1999,
    customer: null,
    latest_charge: 'ch_1',
    last_payment_error: null,
    description: null,
    metadata: {},
    ...more,
  }) as PaymentIntent

test('the first line names what is below it', () =>
  expect(csvHead).toBe(
    'id,created_utc,status,currency,amount_minor,amount,amount_received_minor,amount_received,customer,charge,decline_code,description,metadata\r\n',
  ))

for (const [name, more, want] of [
  ['of two decimals', {}, 'pi_1,2026-11-26T20:05:07Z,succeeded,usd,1999,19.99,1999,19.99,,ch_1,,,\r\n'],
  [
    'of none',
    { currency: 'jpy', customer: 'cus_1' },
    'pi_1,2026-11-26T20:05:07Z,succeeded,jpy,1999,1999,1999,1999,cus_1,ch_1,,,\r\n',
  ],
  [
    'of three',
    { currency: 'kwd', amount_received: 0 },
    'pi_1,2026-11-26T20:05:07Z,succeeded,kwd,1999,1.999,0,0.000,,ch_1,,,\r\n',
  ],
] as const)
  test(`amounts ${name} stand in minor units and as people write them, times in UTC`, () =>
    expect(csvOf(payment(more))).toBe(want))

test('what somebody else wrote cannot be a formula, and stays in its cell', () =>
  expect(
    csvOf(payment({ description: '=HYPERLINK("http://x")', metadata: { a: '1,2' } })).endsWith(
      `"'=HYPERLINK(""http://x"")","{""a"":""1,2""}"\r\n`,
    ),
  ).toBe(true))

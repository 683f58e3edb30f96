import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hasCardNumber, isBareNumber, refuseCardNumbers } from './card-number.ts'

const numbers = [
  '4242424242424242',
  '4000056655665556',
  '4222222222222',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '6011111111111117',
  '3056930009020004',
  '30569309025904',
  '3566002020360505',
  '6200000000000005',
]

describe('a card number is found', () => {
  for (const number of numbers) {
    test(`${number}, whatever stands around it`, () => {
      expect(hasCardNumber(number)).toBe(true)
      expect(hasCardNumber(`my card:${number}, exp 12/34`)).toBe(true)
      expect(hasCardNumber(`tok_${number}x`)).toBe(true)
      expect(isBareNumber(number)).toBe(true)
    })
  }
  for (const text of [
    '4242 4242 4242 4242',
    '4242-4242-4242-4242',
    '4242.4242.4242.4242',
    '4242 4242 4242 4242 12 34',
    '99 4242 4242 4242 4242',
    '4242\u00a04242\u00a04242\u00a04242',
    '4242\u20134242\u20134242\u20134242',
    '4242\n4242\t4242\u20024242',
  ]) {
    test(`in groups: ${text}`, () => expect(hasCardNumber(text)).toBe(true))
  }
})

describe('what is no card number passes', () => {
  for (const text of [
    '',
    'order 1795422063004',
    '1767225600000',
    '4242424242424241',
    '42424242424242424242',
    '00000000000000',
    '1234567812345670',
    'pi_0R5rYCdC4242424242',
    '2026-01-01 10:00:00',
  ]) {
    test(`'${text}'`, () => expect(hasCardNumber(text)).toBe(false))
  }
})

test('a random identifier in hexadecimal digits is none, with its hyphens or without, whatever names it', () => {
  for (let times = 0; times < 20_000; times++) {
    const id = randomUUID()
    const texts = [`order ${id}`, id.replaceAll('-', ''), `stripe-node-retry-${id}`, `order_${id}-retry-2`]
    expect(texts.filter(hasCardNumber)).toEqual([])
  }
  expect(hasCardNumber('stripe-node-retry-1f4242-4242-4242-4242-00000000000a')).toBe(true)
  expect(hasCardNumber('42424242-4242-4242-0000-000000000000')).toBe(true)
})

test('in the place of a payment method any number that passes Luhn is refused', () => {
  expect(isBareNumber('1234567812345670')).toBe(true)
  expect(isBareNumber('1234 5678 1234 5670')).toBe(true)
  expect(isBareNumber('pm_card_visa')).toBe(false)
})

describe('a request is refused, with the name of the parameter and without the number', () => {
  for (const [values, param] of [
    [{ id: numbers[0] }, 'id'],
    [{ metadata: { card: `card ${numbers[0]}` } }, 'metadata[card]'],
    [{ entries: [{ amount: 1, account_id: 'a' }, { account_id: numbers[1] }] }, 'entries[1][account_id]'],
    [{ metadata: { amount: numbers[0] } }, 'metadata[amount]'],
    [{ transactions: [{ metadata: { amount: numbers[0] } }] }, 'transactions[0][metadata][amount]'],
    [{ mandate_data: { customer_acceptance: { card: 4242424242424242 } } }, 'mandate_data[customer_acceptance][card]'],
    [{ mandate_data: { password: numbers[0] } }, 'mandate_data[password]'],
    [{ mandate_data: { amount: 378282246310005 } }, 'mandate_data[amount]'],
    [{ card: { exp_month: 5555555555554444 } }, 'card[exp_month]'],
    [{ list: [1, [4242424242424242]] }, 'list[1][0]'],
    [{ metadata: { [`card ${numbers[0]}`]: 'x' } }, 'metadata[card [redacted]]'],
  ] as const)
    test(param, () => {
      const refused = (): void => refuseCardNumbers(values)
      expect(refused).toThrow(expect.objectContaining({ code: 'card_number_refused', detail: { param } }) as Error)
    })
  test('but not for an amount, nor for what only a hash is kept of', () => {
    const [number] = numbers
    refuseCardNumbers({
      entries: [{ amount: number, condition: { available: { gte: number, lte: number } } }],
      min_available: number,
      max_balance: number,
      password: number,
      current_password: number,
      refresh_token: number,
    })
  })
})

test('a long text of digit groups is judged in linear time', () => {
  expect(hasCardNumber('1 '.repeat(50_000))).toBe(false)
})

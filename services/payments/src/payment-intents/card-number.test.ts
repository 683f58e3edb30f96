import { describe, expect, test } from 'vitest'
import { hasCardNumber, isBareNumber } from './card-number.ts'

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

test('in the place of a payment method any number that passes Luhn is refused', () => {
  expect(isBareNumber('1234567812345670')).toBe(true)
  expect(isBareNumber('1234 5678 1234 5670')).toBe(true)
  expect(isBareNumber('pm_card_visa')).toBe(false)
})

test('a long text of digit groups is judged in linear time', () => {
  expect(hasCardNumber('1 '.repeat(50_000))).toBe(false)
})

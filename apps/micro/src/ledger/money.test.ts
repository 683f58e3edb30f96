import { describe, expect, test } from 'vitest'
import { amountOf, changeOf, createScales, decimalOf, moneyOf, readAmount } from './money.ts'

describe('minor units become decimals without losing a digit', () => {
  for (const [minor, scale, plain, shown] of [
    [0n, 2, '0.00', '0.00'],
    [5n, 2, '0.05', '0.05'],
    [-5n, 2, '-0.05', '-0.05'],
    [123456789n, 2, '1234567.89', '1,234,567.89'],
    [-100000n, 2, '-1000.00', '-1,000.00'],
    [1500n, 0, '1500', '1,500'],
    [-999n, 0, '-999', '-999'],
    [1n, 18, '0.000000000000000001', '0.000000000000000001'],
    [10n ** 30n, 3, '1000000000000000000000000000.000', '1,000,000,000,000,000,000,000,000,000.000'],
  ] as const)
    test(`${minor} at scale ${scale} is ${shown}`, () => {
      expect([decimalOf(minor, scale), amountOf(minor, scale)]).toEqual([plain, shown])
      expect([readAmount(plain, scale), readAmount(shown, scale)]).toEqual([minor, minor])
    })
})

test('money has its currency, and a change its sign', () => {
  expect([moneyOf(1999n, 2, 'usd'), changeOf(1999n, 2), changeOf(-1n, 0), changeOf(0n, 2)]).toEqual([
    '19.99 USD',
    '+19.99',
    '-1',
    '',
  ])
})

describe('an amount that could be read in two ways is no amount', () => {
  for (const [text, scale] of [
    ['12,50', 2],
    ['1,2345', 2],
    ['0,100', 2],
    ['1.234', 2],
    ['1.0', 0],
    ['', 2],
    ['.5', 2],
    ['5.', 2],
    ['1e3', 2],
    ['+5', 2],
    ['0x10', 2],
    ['1 000', 2],
    ['１２', 2],
    ['9'.repeat(61), 2],
  ] as const)
    test(`'${text.slice(0, 20)}' at scale ${scale}`, () => expect(readAmount(text, scale)).toBeUndefined())
})

test('scales of the world are known, others are asked for once', async () => {
  const asked: string[] = []
  const scales = createScales({
    retrieveLedgerAsset: ({ params: { code } }) => {
      asked.push(code)
      return Promise.resolve({ object: 'ledger.asset', code, name: code, scale: 8, livemode: false, created: 0 })
    },
  })
  await scales.learn(['usd', 'jpy', 'points', 'points'])
  await scales.learn(['points', 'kwd'])
  expect(['usd', 'jpy', 'kwd', 'points'].map(scales.of)).toEqual([2, 0, 3, 8])
  expect(asked).toEqual(['points'])
})

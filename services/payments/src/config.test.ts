import { expect, test } from 'vitest'
import { readPaymentsConfig } from './config.ts'

test('without settings the fee is 2.9 % + 30 minor units', () => {
  expect(readPaymentsConfig({}).fee).toEqual({ basisPoints: 290n, fixed: 30n })
})

test('settings are read, bounds included', () => {
  const env = { MICRO_FEE_BASIS_POINTS: '10000', MICRO_FEE_FIXED: '0' }
  expect(readPaymentsConfig(env).fee).toEqual({ basisPoints: 10_000n, fixed: 0n })
})

for (const value of ['-1', '10001', '2.9', '1e3', '5 %', 'x', '0x10', '9999999999999999999']) {
  test(`a basis points setting of '${value}' is refused by name`, () => {
    expect(() => readPaymentsConfig({ MICRO_FEE_BASIS_POINTS: value })).toThrow('MICRO_FEE_BASIS_POINTS')
  })
}

test('everything wrong is named at once', () => {
  expect(() => readPaymentsConfig({ MICRO_FEE_BASIS_POINTS: 'a', MICRO_FEE_FIXED: 'b' })).toThrow(
    /BASIS_POINTS[^]*FIXED/,
  )
})

import { expect, test } from 'vitest'
import { readPaymentsConfig } from './config.ts'

test('without settings the fee is 2.9 % + 30 minor units', () => {
  expect(readPaymentsConfig({}).fee).toEqual({ basisPoints: 290n, fixed: 30n })
})

test('money of a charge settles after two days, or as many as are set', () => {
  expect(readPaymentsConfig({}).settlementDays).toBe(2)
  expect(readPaymentsConfig({ MICRO_SETTLEMENT_DAYS: '0' }).settlementDays).toBe(0)
  expect(() => readPaymentsConfig({ MICRO_SETTLEMENT_DAYS: '366' })).toThrow('MICRO_SETTLEMENT_DAYS')
})

test('a dispute costs 1500 minor units, or as many as are set', () => {
  expect(readPaymentsConfig({}).disputeFee).toBe(1500n)
  expect(readPaymentsConfig({ MICRO_DISPUTE_FEE: '0' }).disputeFee).toBe(0n)
  expect(() => readPaymentsConfig({ MICRO_DISPUTE_FEE: '1000001' })).toThrow('MICRO_DISPUTE_FEE')
})

test('pages are linked to from where browsers find the gateway, written without a path', () => {
  expect(readPaymentsConfig({}).publicUrl).toBeUndefined()
  expect(readPaymentsConfig({ MICRO_PUBLIC_URL: 'https://pay.test/' }).publicUrl).toBe('https://pay.test')
  for (const value of ['pay.test', 'ftp://pay.test', 'https://pay.test/path', 'https://pay.test?x'])
    expect(() => readPaymentsConfig({ MICRO_PUBLIC_URL: value })).toThrow('MICRO_PUBLIC_URL')
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

test('the simulator behaves as well as it can, or as badly as is set, within bounds', () => {
  expect(readPaymentsConfig({}).simulator).toEqual({ latencyMs: 0, failurePercent: 0 })
  const env = { MICRO_SIMULATOR_LATENCY_MS: '30000', MICRO_SIMULATOR_FAILURES: '100' }
  expect(readPaymentsConfig(env).simulator).toEqual({ latencyMs: 30_000, failurePercent: 100 })
  expect(() => readPaymentsConfig({ MICRO_SIMULATOR_LATENCY_MS: '30001' })).toThrow('MICRO_SIMULATOR_LATENCY_MS')
  expect(() => readPaymentsConfig({ MICRO_SIMULATOR_FAILURES: '101' })).toThrow('MICRO_SIMULATOR_FAILURES')
})

test('books are compared every hour, with an hour of grace, 35 days back, or as is set', () => {
  const minute = 60_000
  expect(readPaymentsConfig({}).reconciliation).toEqual({ everyMs: 60 * minute, graceMs: 60 * minute, days: 35 })
  const env = { MICRO_RECONCILE_EVERY: '0', MICRO_RECONCILE_GRACE: '5', MICRO_RECONCILE_DAYS: '1' }
  expect(readPaymentsConfig(env).reconciliation).toEqual({ everyMs: 0, graceMs: 5 * minute, days: 1 })
  for (const name of Object.keys(env)) expect(() => readPaymentsConfig({ [name]: '-1' })).toThrow(name)
})

import { expect, test } from 'vitest'
import { readLedgerConfig } from './config.ts'

test('accounts are in usd unless the installation says otherwise', () => {
  expect(readLedgerConfig({})).toEqual({ defaultCurrency: 'usd' })
  expect(readLedgerConfig({ MICRO_DEFAULT_CURRENCY: 'EUR' })).toEqual({ defaultCurrency: 'eur' })
})

test('a wrong setting is named', () => {
  expect(() => readLedgerConfig({ MICRO_DEFAULT_CURRENCY: 'dollars' })).toThrow(/MICRO_DEFAULT_CURRENCY .* 'dollars'/)
})

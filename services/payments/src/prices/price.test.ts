import { Fault } from '@micro/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTaxBehavior, priceToWire, unitAmountOf, type GivenAmount, type Price } from './price.ts'

const outcome = (given: Partial<GivenAmount>, within?: string): unknown => {
  try {
    return unitAmountOf({ currency: 'usd', ...given }, within)
  } catch (error) {
    return error instanceof Fault ? [error.code, error.detail['param']] : error
  }
}

describe('an amount', () => {
  for (const [given, want] of [
    [{ unit_amount: 0 }, '0'],
    [{ unit_amount: 1999 }, '1999'],
    [{ unit_amount: 99_999_999 }, '99999999'],
    [{ unit_amount_decimal: '12' }, '12'],
    [{ unit_amount_decimal: '012.500' }, '12.5'],
    [{ unit_amount_decimal: '0.000000000001' }, '0.000000000001'],
    [{ unit_amount_decimal: '000.0' }, '0'],
    [{ unit_amount_decimal: '99999999.0' }, '99999999'],
    [{ unit_amount: 100_000_000 }, ['amount_too_large', 'unit_amount']],
    [{ unit_amount: 1e308 }, ['amount_too_large', 'unit_amount']],
    [{ unit_amount_decimal: '99999999.1' }, ['amount_too_large', 'unit_amount_decimal']],
    [{ unit_amount_decimal: '123456789012' }, ['amount_too_large', 'unit_amount_decimal']],
    [{}, ['parameter_missing', 'unit_amount']],
    [{ unit_amount: 1, unit_amount_decimal: '1' }, ['parameter_invalid', 'unit_amount_decimal']],
    [{ unit_amount: 1, currency: 'xyz' }, ['currency_unsupported', 'currency']],
    [{ unit_amount: 1, currency: 'USD' }, '1'],
  ] as const)
    test(`${JSON.stringify(given)} is ${String(want)}`, () => expect(outcome(given)).toEqual(want))

  test('inside another parameter is named by both', () =>
    expect(outcome({}, 'default_price_data')).toEqual(['parameter_missing', 'default_price_data[unit_amount]']))

  test('is written in one way, however it was given, and shown whole where it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 99_999_998n }), fc.stringMatching(/^[0-9]{0,12}$/), (whole, fraction) => {
        const text = outcome({ unit_amount_decimal: fraction === '' ? `${whole}` : `${whole}.${fraction}` }) as string
        expect(text).toMatch(/^(0|[1-9]\d*)(\.\d*[1-9])?$/)
        expect(outcome({ unit_amount_decimal: `00${text}` })).toBe(text)
        const shown = priceToWire({ unit_amount_decimal: text, created_at: new Date(0) } as Price)
        expect(shown.unit_amount).toBe(/^0*$/.test(fraction) ? Number(whole) : null)
      }),
    )
  })
})

test('how tax is meant changes once', () => {
  const price = (tax_behavior: Price['tax_behavior']) => ({ tax_behavior }) as Price
  for (const [now, asked] of [
    ['unspecified', 'inclusive'],
    ['inclusive', 'inclusive'],
    ['inclusive', undefined],
  ] as const)
    expect(() => checkTaxBehavior(price(now), asked)).not.toThrow()
  for (const asked of ['unspecified', 'exclusive'] as const)
    expect(() => checkTaxBehavior(price('inclusive'), asked)).toThrow(/cannot change/)
})

import { expect, test } from 'vitest'
import { moneyText } from '../ui/money.ts'
import { priceText, productFiltersIn } from './product-filters.ts'

for (const [search, want] of [
  [
    { archived: true, after: 'prod_1', new: true },
    { archived: true, after: 'prod_1', new: true },
  ],
  [{ archived: 'yes', after: 'prod 1', new: 1 }, {}],
  // A merchant may have named it.
  [{ after: 'chair-4' }, { after: 'chair-4' }],
] as const)
  test(`${JSON.stringify(search)} in an address asks for ${JSON.stringify(want)}`, () =>
    expect(productFiltersIn(search)).toEqual(want))

for (const [price, want] of [
  [{ unit_amount: 1999, unit_amount_decimal: '1999', currency: 'usd' }, moneyText(1999, 'usd')],
  [{ unit_amount: 1999, unit_amount_decimal: '1999', currency: 'jpy' }, moneyText(1999, 'jpy')],
  [{ unit_amount: null, unit_amount_decimal: '0.5', currency: 'usd' }, '0.5 of the smallest unit of USD'],
] as const)
  test(`a price of ${price.unit_amount_decimal} ${price.currency} is told exactly`, () =>
    expect(priceText(price)).toBe(want))

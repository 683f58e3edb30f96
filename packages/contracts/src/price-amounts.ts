import Type from 'typebox'
import { Text } from './common.ts'

export const TaxBehavior = Type.Union([
  Type.Literal('exclusive'),
  Type.Literal('inclusive'),
  Type.Literal('unspecified'),
])

/** Minor units, with up to twelve digits behind the point: for prices below one of them. */
const DecimalAmount = Type.String({
  maxLength: 40,
  pattern: '^[0-9]{1,12}(\\.[0-9]{1,12})?$',
  'x-expected': 'a decimal string such as 0.5, with at most 12 decimal places',
})

/** What a price costs, given once and for all: exactly one of the two amounts. */
export const priceAmount = {
  currency: Text(3, 3),
  tax_behavior: Type.Optional(TaxBehavior),
  unit_amount: Type.Optional(Type.Integer({ minimum: 0 })),
  unit_amount_decimal: Type.Optional(DecimalAmount),
}

/** What Stripe has of prices besides: subscriptions, tiers, amounts of the payer's choice, several currencies. */
export const unsupportedAmounts = ['currency_options', 'custom_unit_amount', 'recurring'] as const

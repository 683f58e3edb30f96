import type { Body, paymentsApi, Price as WirePrice, Tenant } from '@micro/contracts'
import { chargeAmountMax, currencies, Fault, unixSeconds } from '@micro/kernel'
import { checkAmountStep } from '../amount-step.ts'
import { changedText } from '../address.ts'

/** A price as its row has it. */
export interface Price extends Tenant {
  readonly id: string
  readonly product: string
  readonly active: boolean
  readonly currency: string
  /** Minor units, written in one way only: `5`, `0.5`, never `5.0` or `05`. */
  readonly unit_amount_decimal: string
  readonly tax_behavior: WirePrice['tax_behavior']
  readonly nickname: string | null
  readonly lookup_key: string | null
  readonly metadata: Record<string, string>
  readonly created_at: Date
}

/** What something costs, as a caller says it. */
export interface GivenAmount {
  readonly currency: string
  readonly tax_behavior?: WirePrice['tax_behavior']
  readonly unit_amount?: number
  readonly unit_amount_decimal?: string
}

/** What a caller says of a price, at its creation or later; of its amount nothing. */
export interface PriceDetails extends Omit<Body<typeof paymentsApi.updatePrice>, 'metadata' | 'transfer_lookup_key'> {
  /** As it is to be, merged already. */
  readonly metadata: Record<string, string>
}

const canonical = (text: string): string => {
  const [whole = '', fraction = ''] = text.split('.')
  const [digits, decimals] = [whole.replace(/^0+(?=\d)/, ''), fraction.replace(/0+$/, '')]
  return decimals === '' ? digits : `${digits}.${decimals}`
}

const isWhole = (amount: string): boolean => !amount.includes('.')

/**
 * The amount in the one way it is written. Its parameters stand inside `within`, e.g. `default_price_data`.
 * @throws Fault currency_unsupported, parameter_missing, parameter_invalid, amount_too_large
 */
export const unitAmountOf = (given: GivenAmount, within?: string): string => {
  const named = (name: string): string => (within === undefined ? name : `${within}[${name}]`)
  const code = given.currency.toLowerCase()
  const { unit_amount: amount, unit_amount_decimal: decimal } = given
  if (!currencies.has(code)) throw new Fault('currency_unsupported', { currency: code, param: named('currency') })
  if (amount !== undefined && decimal !== undefined) {
    const reason = 'it cannot be given together with unit_amount'
    throw new Fault('parameter_invalid', { param: named('unit_amount_decimal'), reason })
  }
  if (amount === undefined && decimal === undefined)
    throw new Fault('parameter_missing', { param: named('unit_amount') })
  const text = decimal === undefined ? String(BigInt(amount ?? 0)) : canonical(decimal)
  const minor = BigInt(text.split('.', 1)[0] ?? '')
  if (minor > chargeAmountMax || (minor === chargeAmountMax && !isWhole(text))) {
    const param = named(decimal === undefined ? 'unit_amount' : 'unit_amount_decimal')
    throw new Fault('amount_too_large', { max: String(chargeAmountMax), param })
  }
  // Parts of what cards move are what unit_amount_decimal is for; the total of what is sold is judged where it is.
  if (amount !== undefined) checkAmountStep(minor, { currency: code, param: named('unit_amount') })
  return text
}

/** What is left out stays, and an empty text takes away. */
export const changePrice = (current: Price, given: PriceDetails): Price => ({
  ...current,
  active: given.active ?? current.active,
  lookup_key: changedText(current.lookup_key, given.lookup_key),
  metadata: given.metadata,
  nickname: changedText(current.nickname, given.nickname),
  tax_behavior: given.tax_behavior ?? current.tax_behavior,
})

export const createPrice = (
  { now, ...identity }: Tenant & { id: string; product: string; now: Date },
  amount: GivenAmount & { readonly unit: string },
  given: PriceDetails,
): Price =>
  changePrice(
    {
      ...identity,
      active: true,
      currency: amount.currency.toLowerCase(),
      unit_amount_decimal: amount.unit,
      tax_behavior: amount.tax_behavior ?? 'unspecified',
      nickname: null,
      lookup_key: null,
      metadata: {},
      created_at: now,
    },
    given,
  )

/** Once it is said how tax is meant, that stays. @throws Fault parameter_invalid */
export const checkTaxBehavior = (
  { tax_behavior: current }: Price,
  given: WirePrice['tax_behavior'] | undefined,
): void => {
  if (given === undefined || given === current || current === 'unspecified') return
  const reason = `it is ${current}, and cannot change once it is specified`
  throw new Fault('parameter_invalid', { param: 'tax_behavior', reason })
}

/** The price as the API and the events show it; the members stand in the contract's order. */
export const priceToWire = (price: Price): WirePrice => ({
  id: price.id,
  object: 'price',
  active: price.active,
  billing_scheme: 'per_unit',
  created: unixSeconds(price.created_at),
  currency: price.currency,
  custom_unit_amount: null,
  livemode: price.mode === 'live',
  lookup_key: price.lookup_key,
  metadata: price.metadata,
  nickname: price.nickname,
  product: price.product,
  recurring: null,
  tax_behavior: price.tax_behavior,
  tiers_mode: null,
  transform_quantity: null,
  type: 'one_time',
  unit_amount: isWhole(price.unit_amount_decimal) ? Number(price.unit_amount_decimal) : null,
  unit_amount_decimal: price.unit_amount_decimal,
})

import { currencies } from '@micro/kernel/money'
import { decimalWith, moneyText } from '../ui/money.ts'

/** What an amount is counted in: a currency, or an asset the merchant made, with its decimal digits. */
export interface Unit {
  readonly currency: string
  readonly scale: number
}

/** Whether payments know it too; else it is an asset of the merchant's own. */
export const isMoney = (currency: string): boolean => currencies.has(currency)

/** An amount of the ledger for people, read from the API's exact text: "$19.99 USD", or "12.5 GRAMS" of an asset. */
export const amountText = (amount: string | bigint, { currency, scale }: Unit, locale?: string): string => {
  if (isMoney(currency)) return moneyText(BigInt(amount), currency, locale)
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: scale, maximumFractionDigits: scale })
  return `${format.format(decimalWith(BigInt(amount), scale) as Intl.StringNumericLiteral)} ${currency.toUpperCase()}`
}

/** What may be a thousand as well as one and no thousandths: a comma between one to three digits and three more. */
const twoMeanings = /^\s*[1-9]\d{0,2},\d{3}\s*$/

/**
 * Reads what somebody typed as a positive amount of minor units; undefined when it is none, finer than it is counted, or
 * may be meant in two ways. A point is always that of decimals, as in what fields are filled with.
 */
export const parseAmount = (text: string, scale: number): bigint | undefined => {
  const [, whole, fraction = ''] = /^\s*(\d{1,20})(?:[.,](\d*))?\s*$/.exec(text) ?? []
  if (whole === undefined || fraction.length > scale || twoMeanings.test(text)) return undefined
  const amount = BigInt(whole + fraction.padEnd(scale, '0'))
  return amount > 0n ? amount : undefined
}

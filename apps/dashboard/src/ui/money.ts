import { minorUnitDigits } from '@micro/kernel/money'

/** A whole number with a decimal point before its last `places` digits: 1999 → "19.99". Exact for any size. */
export const decimalWith = (amount: bigint | number, places: number): string => {
  const text = BigInt(amount).toString()
  const digits = text.replace('-', '').padStart(places + 1, '0')
  const sign = text.startsWith('-') ? '-' : ''
  return places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

/** An amount in minor units as a plain decimal: 1999 usd → "19.99". */
export const decimalOf = (amount: bigint | number, currency: string): string =>
  decimalWith(amount, minorUnitDigits(currency))

/** An amount for people, in their language, always with its currency's code: "$19.99 USD". */
export const moneyText = (amount: bigint | number, currency: string, locale?: string): string => {
  const digits = minorUnitDigits(currency)
  const code = currency.toUpperCase()
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: code,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // As text, since a number would be rounded beyond 2^53.
  const text = format.format(decimalOf(amount, currency) as Intl.StringNumericLiteral)
  return text.includes(code) ? text : `${text} ${code}`
}

/** Reads what somebody typed as an amount in minor units; undefined when it is none, or finer than the currency. */
export const parseMoney = (text: string, currency: string): number | undefined => {
  const [, whole, fraction = ''] = /^\s*(\d{1,12})(?:[.,](\d*))?\s*$/.exec(text) ?? []
  const places = minorUnitDigits(currency)
  if (whole === undefined || fraction.length > places) return undefined
  return Number(whole + fraction.padEnd(places, '0'))
}

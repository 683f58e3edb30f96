import { Fault } from '@micro/kernel'
import { passesLuhn } from './log.ts'
import { paramName } from './validate.ts'

// Issuer ranges and lengths of ISO/IEC 7812 numbers in use. Without them every tenth order number or millisecond
// timestamp in someone's metadata would pass for a card.
const issuers = [
  /^4(\d{12}|\d{15}|\d{18})$/, // Visa
  /^(5[1-5]\d{14}|2(22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12})$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^6(011|4[4-9]\d|5\d\d)\d{12,15}$/, // Discover
  /^3(0[0-5]|[689]\d)\d{11,16}$/, // Diners Club
  /^35(2[89]|[3-8]\d)\d{12,15}$/, // JCB
  /^62\d{14,17}$/, // UnionPay
  /^(5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}$/, // Maestro
]

const isCardNumber = (digits: string): boolean => issuers.some((issuer) => issuer.test(digits)) && passesLuhn(digits)

// Blanks and dashes of every kind: what is copied from a page or a mail has no-break spaces and long dashes.
const separator = /[\s.\u2010-\u2015\u2212-]/u
const separators = new RegExp(separator, 'gu')
const digitGroups = new RegExp(`\\d+(?:${separator.source}\\d+)*`, 'gu')
const digitsMin = 13
const digitsMax = 19
const bareNumber = new RegExp(`^\\d{${digitsMin},${digitsMax}}$`)
const enoughDigits = new RegExp(`\\d(?:${separator.source}?\\d){${digitsMin - 1}}`, 'u')

// An identifier of 32 hexadecimal digits, in the groups of RFC 9562 or without: four in ten thousand random ones hold
// digits that would pass for a card, and they are what people name their orders by and what SDKs make idempotency keys
// of (`stripe-node-retry-…`). One of digits alone is no exception, nor one that goes on in groups of digits.
const uuids = /(?<![0-9a-z]|\d-)[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-z]|-\d)/gi

/** Whether some text carries a card number: plain, or in groups parted by single blanks, dashes or dots. */
export const hasCardNumber = (text: string): boolean => {
  if (!enoughDigits.test(text)) return false
  for (const [run] of text.replaceAll(uuids, (found) => (/[a-f]/i.test(found) ? '' : found)).matchAll(digitGroups)) {
    const groups = run.split(separator)
    for (let from = 0; from < groups.length; from++) {
      let digits = ''
      for (let to = from; to < groups.length && digits.length <= digitsMax; to++) {
        digits += groups[to]
        if (digits.length >= digitsMin && digits.length <= digitsMax && isCardNumber(digits)) return true
      }
    }
  }
  return false
}

/** In the place of a payment method any number of a card's length that passes Luhn is one, whoever issued it. */
export const isBareNumber = (text: string): boolean => {
  const digits = text.replaceAll(separators, '')
  return bareNumber.test(digits) && passesLuhn(digits)
}

// Amounts may be of any length, and of passwords and tokens only a keyed hash is ever kept.
const exempt: ReadonlySet<string> = new Set([
  ...['amount', 'min_available', 'max_balance', 'gte', 'lte'],
  ...['password', 'current_password', 'new_password', 'refresh_token'],
])

// Where callers name things themselves.
const unknownInside: ReadonlySet<string> = new Set(['metadata', 'mandate_data'])

/**
 * Refuses a request that carries a card number anywhere in its parameters, names of metadata included, before anything
 * stores or logs it: whoever keeps one is in the scope of PCI DSS. The values must not be nested deeper than the stack.
 * `allowed` is the place of the one value that a route's own check takes the number out of.
 * @throws Fault card_number_refused, without the number
 */
export const refuseCardNumbers = (
  values: object,
  { path = '', allowed }: { path?: string; allowed?: string } = {},
): void => {
  for (const [name, value] of Object.entries(values)) {
    const here = `${path}/${name}`
    // What a merchant names so in metadata, or in what no schema knows the members of, is kept as it is.
    if (exempt.has(name) && !path.split('/').some((part) => unknownInside.has(part))) continue
    if (hasCardNumber(name)) throw new Fault('card_number_refused', { param: paramName(here) })
    if (value !== null && typeof value === 'object')
      refuseCardNumbers(value as object, { path: here, ...(allowed === undefined ? {} : { allowed }) })
    // Numbers beyond what JavaScript holds exactly come as text.
    else if (['string', 'number'].includes(typeof value) && here !== allowed && hasCardNumber(String(value)))
      throw new Fault('card_number_refused', { param: paramName(here) })
  }
}

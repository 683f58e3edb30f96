import { passesLuhn } from '@micro/service'

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

const digitGroups = /\d+(?:[ .-]\d+)*/g
const digitsMin = 13
const digitsMax = 19

/** Whether some text carries a card number: plain, or in groups parted by single blanks, dashes or dots. */
export const hasCardNumber = (text: string): boolean => {
  for (const [run] of text.matchAll(digitGroups)) {
    const groups = run.split(/[ .-]/)
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
  const digits = text.replaceAll(/[ .-]/g, '')
  return new RegExp(`^\\d{${digitsMin},${digitsMax}}$`).test(digits) && passesLuhn(digits)
}

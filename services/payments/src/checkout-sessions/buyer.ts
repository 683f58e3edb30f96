import { Fault } from '@micro/kernel'
import { isBareNumber } from '@micro/service'
import { checkedExpiry } from '../payment-methods/payment-method.ts'
import { testNumbers } from '../tokens/test-numbers.ts'
import { isEmail } from './checkout-session.checks.ts'

/** What stands in the fields of the form. The card number in it is one no more once it has been `takeCard`'s. */
export interface CheckoutForm {
  readonly email?: string
  readonly name?: string
  readonly expiry?: string
  card_number?: string
  cvc?: string
}

export type FormField = 'email' | 'card_number' | 'expiry' | 'cvc' | 'name'
/** What is wrong with each field, in words for the buyer. */
export type FormErrors = Partial<Record<FormField, string>>

/** A test card, as `pm_card_visa`, and what was typed beside it. */
export interface TypedCard {
  readonly alias: string
  readonly exp_month: number
  readonly exp_year: number
  readonly name: string
}

/** Who pays, as far as they say, and with what: a test card, or a payment method there is. */
export interface Buyer {
  readonly email: string | null
  readonly name: string | null
  readonly means: { readonly card: TypedCard } | { readonly paymentMethod: string }
}

const nobodys = /^pm_card_/
const [noNumber, notTaken] = ['no card', 'not taken']

/**
 * Puts the test card that a number stands for in the number's place, and whether it is one in that of the security code,
 * so that nothing from here on has either.
 */
export const takeCard = (form: CheckoutForm): void => {
  const digits = (form.card_number ?? '').replaceAll(/[\s.-]/g, '')
  if (digits !== '') form.card_number = testNumbers.get(digits) ?? (isBareNumber(digits) ? notTaken : noNumber)
  const isCode = form.card_number === 'pm_card_amex' ? /^\d{3,4}$/ : /^\d{3}$/
  const code = (form.cvc ?? '').trim()
  if (code !== '') form.cvc = isCode.test(code) ? 'given' : 'no code'
}

const numberError = (given: string): string | undefined => {
  if (given === '') return 'Enter a card number.'
  if (nobodys.test(given)) return undefined
  return given === notTaken
    ? 'This page takes test cards only. Use 4242 4242 4242 4242, or another published test number.'
    : 'This is no card number. Look for a digit that is missing or wrong.'
}

const parseExpiry = (text: string): { exp_month: number; exp_year: number } | undefined => {
  const [, month, year] = /^(\d{1,2})\s*[/.-]?\s*(\d{2}|\d{4})$/.exec(text.trim()) ?? []
  return month === undefined ? undefined : { exp_month: Number(month), exp_year: Number(year) }
}

const expiryOf = (text: string, now: Date): { exp_month: number; exp_year: number } | string => {
  if (text.trim() === '') return 'Enter the date until which the card is valid.'
  const parsed = parseExpiry(text)
  if (parsed === undefined) return 'Write month and year, as in 12 / 34.'
  try {
    return checkedExpiry(parsed, now)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return error.code === 'invalid_expiry_month' ? 'This is no month: write 01 to 12.' : 'This card has expired.'
  }
}

/** Reads a form that has been `takeCard`'s: who pays, or all that is wrong with it. */
export const readForm = (form: CheckoutForm, now: Date): { buyer: Buyer } | { errors: FormErrors } => {
  const [email, name, alias] = [form.email?.trim() ?? '', form.name?.trim() ?? '', form.card_number ?? '']
  const expiry = expiryOf(form.expiry ?? '', now)
  const errors: Record<FormField, string | undefined> = {
    email: email === '' ? 'Enter your e-mail address.' : isEmail(email) ? undefined : 'This is no e-mail address.',
    card_number: numberError(alias),
    expiry: typeof expiry === 'string' ? expiry : undefined,
    cvc: form.cvc === 'given' ? undefined : 'Enter the security code: three digits, four of American Express.',
    name: name === '' ? 'Enter the name that stands on the card.' : name.length > 256 ? 'This is too long.' : undefined,
  }
  const found = Object.fromEntries(Object.entries(errors).filter(([, text]) => text !== undefined)) as FormErrors
  if (typeof expiry === 'string' || Object.keys(found).length > 0) return { errors: found }
  return { buyer: { email, name, means: { card: { alias, name, ...expiry } } } }
}

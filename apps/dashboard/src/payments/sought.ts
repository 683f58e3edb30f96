import { currencies } from '@micro/kernel/money'
import { parseMoney } from '../ui/money.ts'
import { filtersIn, type PaymentFilters } from './filters.ts'

/** What somebody looks for among payments, by what they typed. */
export type Sought =
  | { readonly kind: 'payment'; readonly id: string }
  /** Things that belong to a payment, which the API knows. */
  | { readonly kind: 'charge' | 'refund' | 'dispute'; readonly id: string }
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'filters'; readonly filters: PaymentFilters }
  | { readonly kind: 'nothing' }

const kinds = { pi: 'payment', ch: 'charge', re: 'refund', dp: 'dispute' } as const

const amountIn = (typed: string): PaymentFilters | undefined => {
  const [, number = '', code] = /^(\d[\d.,]*)(?:\s*([a-z]{3}))?$/i.exec(typed) ?? []
  const currency = code?.toLowerCase()
  if (currency !== undefined && !currencies.has(currency)) return undefined
  const amount = parseMoney(number, currency ?? 'usd')
  return amount === undefined
    ? undefined
    : { amount_min: amount, amount_max: amount, ...(currency === undefined ? {} : { currency }) }
}

/** Reads what was typed: an id, an email, an amount with or without its currency, or metadata as in `order=7`. */
export const soughtIn = (text: string): Sought => {
  const typed = text.trim()
  const [id, prefix] = /^(pi|ch|re|dp)_\w+$/.exec(typed) ?? []
  if (id !== undefined) return { kind: kinds[prefix as keyof typeof kinds], id }
  if (/^cus_\w+$/.test(typed)) return { kind: 'filters', filters: { customer: typed } }
  if (/^[^\s@=]+@[^\s@]+$/.test(typed)) return { kind: 'email', email: typed }
  const filters = amountIn(typed) ?? filtersIn({ metadata: typed })
  return Object.keys(filters).length === 0 ? { kind: 'nothing' } : { kind: 'filters', filters }
}

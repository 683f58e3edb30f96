import type { PaymentIntentStatus } from '@micro/contracts'
import { currencies } from '@micro/kernel/money'

export const statuses = [
  'succeeded',
  'requires_capture',
  'processing',
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'canceled',
] as const satisfies readonly PaymentIntentStatus[]

/** What of the list is shown, as it stands in the address. */
export interface PaymentFilters {
  readonly status?: PaymentIntentStatus
  readonly currency?: string
  /** In minor units. */
  readonly amount_min?: number
  readonly amount_max?: number
  readonly customer?: string
  /** Where the page starts: `next_page` of the one before. */
  readonly page?: string
  /** The form for a new payment is open. */
  readonly new?: true
}

const wholeNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'string' ? Number(value || Number.NaN) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

const word = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const filtersIn = (search: Record<string, unknown>): PaymentFilters => {
  const status = statuses.find((each) => each === search['status'])
  const currency = word(search['currency'], /^[a-z]{3}$/)
  const customer = word(search['customer'], /^\w{1,255}$/)
  const page = word(search['page'], /^[\w=+/.-]{1,255}$/)
  const [min, max] = [wholeNumber(search['amount_min']), wholeNumber(search['amount_max'])]
  return {
    ...(status === undefined ? {} : { status }),
    ...(currency === undefined || !currencies.has(currency) ? {} : { currency }),
    ...(min === undefined ? {} : { amount_min: min }),
    ...(max === undefined ? {} : { amount_max: max }),
    ...(customer === undefined ? {} : { customer }),
    ...(page === undefined ? {} : { page }),
    ...(search['new'] === true ? { new: true } : {}),
  }
}

/** Whether anything is left out of the list. */
export const isFiltered = ({ status, currency, customer, amount_min, amount_max }: PaymentFilters): boolean =>
  [status, currency, customer, amount_min, amount_max].some((each) => each !== undefined)

/** Filters in the language of the search. It knows no empty query, so that without any it asks for all there ever was. */
export const searchFor = ({ status, currency, customer, amount_min, amount_max }: PaymentFilters): string =>
  [
    ...(status === undefined ? [] : [`status:"${status}"`]),
    ...(currency === undefined ? [] : [`currency:"${currency}"`]),
    ...(customer === undefined ? [] : [`customer:"${customer}"`]),
    ...(amount_min === undefined ? [] : [`amount>=${amount_min}`]),
    ...(amount_max === undefined ? [] : [`amount<=${amount_max}`]),
  ].join(' AND ') || 'created>0'

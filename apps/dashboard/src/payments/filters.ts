import type { PaymentIntentStatus } from '@micro/contracts'
import { currencies } from '@micro/kernel/money'
import { present } from '../api/present.ts'

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
  /** A name and its value, as in `order=7`. */
  readonly metadata?: string
  /** When it was made, in seconds: from then on, and by then. */
  readonly since?: number
  readonly until?: number
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

/** Metadata as it is typed and stands in the address: a name, and its value. */
const metadataIn = (text: unknown): { name: string; value: string } | undefined => {
  const [, name, value] = /^\s*([^[\]=]{1,40}?)\s*=\s*(.{1,500}?)\s*$/.exec(typeof text === 'string' ? text : '') ?? []
  return name === undefined || name === '' || value === undefined ? undefined : { name, value }
}

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const filtersIn = (search: Record<string, unknown>): PaymentFilters => {
  const currency = word(search['currency'], /^[a-z]{3}$/)
  const metadata = metadataIn(search['metadata'])
  return present({
    status: statuses.find((each) => each === search['status']),
    currency: currency === undefined || !currencies.has(currency) ? undefined : currency,
    amount_min: wholeNumber(search['amount_min']),
    amount_max: wholeNumber(search['amount_max']),
    customer: word(search['customer'], /^\w{1,255}$/),
    metadata: metadata === undefined ? undefined : `${metadata.name}=${metadata.value}`,
    since: wholeNumber(search['since']),
    until: wholeNumber(search['until']),
    page: word(search['page'], /^[\w=+/.-]{1,255}$/),
    new: search['new'] === true ? (true as const) : undefined,
  })
}

/** Whether anything is left out of the list. */
export const isFiltered = ({ page: _, new: __, ...filters }: PaymentFilters): boolean =>
  Object.values(filters).some((each) => each !== undefined)

/** A text as the search language has it. */
export const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/** Filters in the language of the search. It knows no empty query, so that without any it asks for all there ever was. */
export const searchFor = (filters: PaymentFilters): string => {
  const { status, currency, customer, amount_min, amount_max, since, until } = filters
  const metadata = metadataIn(filters.metadata)
  return (
    [
      ...(status === undefined ? [] : [`status:"${status}"`]),
      ...(currency === undefined ? [] : [`currency:"${currency}"`]),
      ...(customer === undefined ? [] : [`customer:"${customer}"`]),
      ...(amount_min === undefined ? [] : [`amount>=${amount_min}`]),
      ...(amount_max === undefined ? [] : [`amount<=${amount_max}`]),
      ...(metadata === undefined ? [] : [`metadata[${quoted(metadata.name)}]:${quoted(metadata.value)}`]),
      ...(since === undefined ? [] : [`created>=${since}`]),
      ...(until === undefined ? [] : [`created<=${until}`]),
    ].join(' AND ') || 'created>0'
  )
}

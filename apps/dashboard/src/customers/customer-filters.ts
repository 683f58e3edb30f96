import { present } from '../api/present.ts'
import { quoted } from '../payments/filters.ts'

/** What of the customers is shown, as it stands in the address. */
export interface CustomerFilters {
  /** Part of an email or a name. */
  readonly q?: string
  /** Where the page starts: `next_page` of the one before. */
  readonly page?: string
  /** The form for a new customer is open. */
  readonly new?: true
}

/** The search finds no part that is shorter. */
export const partMin = 3

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const customerFiltersIn = (search: Record<string, unknown>): CustomerFilters => {
  const { q, page } = search
  // An address of q=12345 comes as a number.
  const text = typeof q === 'number' ? String(q) : q
  return present({
    q: typeof text === 'string' && text.trim().length >= partMin ? text.trim().slice(0, 200) : undefined,
    page: typeof page === 'string' && /^[\w=+/.-]{1,255}$/.test(page) ? page : undefined,
    new: search['new'] === true ? (true as const) : undefined,
  })
}

/** Filters in the language of the search. It knows no empty query, so that without any it asks for all there ever was. */
export const customerSearch = ({ q }: CustomerFilters): string =>
  q === undefined ? 'created>0' : `email~${quoted(q)} OR name~${quoted(q)}`

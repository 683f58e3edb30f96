import { currencies } from '@micro/kernel/money'
import { periodIn, type Period } from '../ui/period.ts'

/** What the figures are of, as it stands in the address; left out: 30 days, and the currency of most payments. */
export interface HomeSearch {
  readonly period?: Period
  readonly currency?: string
}

/** What makes no sense in an address is left out, so that no address breaks the page. */
export const homeSearchIn = (search: Record<string, unknown>): HomeSearch => {
  const period = periodIn(search['period'])
  const currency = typeof search['currency'] === 'string' ? search['currency'].toLowerCase() : ''
  return {
    ...(period === undefined ? {} : { period }),
    ...(currencies.has(currency) ? { currency } : {}),
  }
}

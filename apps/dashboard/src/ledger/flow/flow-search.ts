import { periodIn, type Period } from '../../ui/period.ts'

/** Which flows are looked at, as it stands in the address; left out: 30 days, and the first currency there is. */
export interface FlowSearch {
  readonly period?: Period
  readonly currency?: string
}

/** What makes no sense in an address is left out, so that no address breaks the page. */
export const flowSearchIn = (search: Record<string, unknown>): FlowSearch => {
  const [period, currency] = [periodIn(search['period']), search['currency']]
  return {
    ...(period === undefined ? {} : { period }),
    ...(typeof currency === 'string' && /^[a-z]\w{2,16}$/i.test(currency) ? { currency: currency.toLowerCase() } : {}),
  }
}

import type { Price } from '@micro/contracts'
import { afterIn } from '../api/paged.ts'
import { moneyText } from '../ui/money.ts'

/** What of the products is shown, as it stands in the address. */
export interface ProductFilters {
  /** Those that are sold no more, in place of those that are. */
  readonly archived?: true
  readonly after?: string
  /** The form for a new product is open. */
  readonly new?: true
}

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const productFiltersIn = (search: Record<string, unknown>): ProductFilters => ({
  ...(search['archived'] === true ? { archived: true } : {}),
  ...afterIn(search),
  ...(search['new'] === true ? { new: true } : {}),
})

/** What a price costs; one below the smallest unit of its currency in such units, exactly. */
export const priceText = ({
  unit_amount,
  unit_amount_decimal,
  currency,
}: Pick<Price, 'unit_amount' | 'unit_amount_decimal' | 'currency'>): string =>
  unit_amount === null
    ? `${unit_amount_decimal} of the smallest unit of ${currency.toUpperCase()}`
    : moneyText(unit_amount, currency)

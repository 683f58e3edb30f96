import { Fault } from '@micro/kernel'

/** What a page of a search begins behind: the last object of the page before. */
export interface SearchPage {
  readonly limit: number
  /** How many rows to read: one more than asked for tells whether there are more. */
  readonly fetch: number
  readonly after: string | undefined
}

const noPage = (): Fault =>
  new Fault('parameter_invalid', { param: 'page', reason: 'it is not the next_page of an answer' })

const decode = (page: string): string => {
  const id = /^[\w-]{1,400}$/.test(page) ? Buffer.from(page, 'base64url').toString('latin1') : ''
  // A product may have an id of the merchant's choice.
  if (/^[0-9A-Za-z_-]{1,255}$/.test(id)) return id
  throw noPage()
}

/** The row that a page begins behind. @throws Fault parameter_invalid when there is none */
export const requirePage = <Row>(row: Row | undefined): Row => {
  if (row === undefined) throw noPage()
  return row
}

/** @throws Fault parameter_invalid for a page that no answer named */
export const parseSearchPage = ({ limit = 10, page }: { limit?: number; page?: string }): SearchPage => ({
  limit,
  fetch: limit + 1,
  after: page === undefined ? undefined : decode(page),
})

/** The answer of a search, from `fetch` rows read newest first. */
export const searchResult = <Row extends { readonly id: string }, Wire>(
  rows: readonly Row[],
  { limit }: SearchPage,
  { url, toWire }: { url: string; toWire: (row: Row) => Wire },
) => {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  const hasMore = rows.length > limit
  return {
    object: 'search_result' as const,
    url,
    has_more: hasMore,
    next_page: hasMore && last !== undefined ? Buffer.from(last.id, 'latin1').toString('base64url') : null,
    data: kept.map(toWire),
  }
}

import { cutPage, findCursor, parsePage, type PageQuery } from './paging.ts'
import { timeRangeOf, type TimeFilter } from './time-range.ts'

/** The parameters of `listQuery` in the contracts. */
export interface ListQuery extends PageQuery {
  readonly created?: TimeFilter
}

/** A place in a list that is ordered by `(created_at, id)`; a time as PostgreSQL reads it, `infinity` among them. */
export interface ListBound {
  readonly at: string
  readonly id: string
}

/**
 * What to read of a list: the rows strictly between two places, at most `limit` of them. The filter by time and the cursor
 * are both in it, so that one index on `(merchant, mode, created_at, id)` finds the page however deep it lies.
 */
export interface ListWindow {
  readonly above: ListBound
  readonly below: ListBound
  readonly limit: number
}

export interface ListSource<Row> {
  readonly query: ListQuery
  /** The path of the list. */
  readonly url: string
  /** What a cursor names, for the caller who names one wrongly. */
  readonly resource: string
  readonly find: (id: string) => Promise<Row | undefined>
  /**
   * Newest first: `where … and (created_at, id) < (${below.at}::timestamptz, ${below.id}) and (created_at, id) >
   * (${above.at}::timestamptz, ${above.id}) order by created_at desc, id desc limit ${limit}`.
   */
  readonly older: (window: ListWindow) => PromiseLike<readonly Row[]>
  /** The same rows from the other end: `order by created_at, id`. */
  readonly newer: (window: ListWindow) => PromiseLike<readonly Row[]>
}

interface Listed {
  readonly id: string
  readonly created_at: Date
}

const everything = { above: { at: '-infinity', id: '' }, below: { at: 'infinity', id: '' } }

const placeOf = ({ id, created_at }: Listed): ListBound => ({ at: created_at.toISOString(), id })
/** Before every object of that instant: no id is empty. */
const startOf = (instant: Date | undefined): ListBound | undefined => instant && { at: instant.toISOString(), id: '' }

// ISO 8601 in UTC orders as text, and ids do so in the database, too.
const isBefore = (a: ListBound, b: ListBound): boolean => (a.at === b.at ? a.id < b.id : a.at < b.at)

/**
 * One page of a list as Stripe has it, newest first.
 * @throws Fault parameter_invalid with both cursors, parameter_resource_missing for a cursor that names nothing
 */
export const answerList = async <Row extends Listed, Item>(
  { query, url, resource, find, older, newer }: ListSource<Row>,
  toWire: (row: Row) => Item,
): Promise<{ object: 'list'; url: string; has_more: boolean; data: Item[] }> => {
  const page = parsePage(query)
  const { from, until } = timeRangeOf(query.created)
  const found = await findCursor(page, resource, find)
  const cursor = found && placeOf(found)
  const [start, end] = [startOf(from), startOf(until)]
  const isNewer = page.direction === 'newer'
  const above = isNewer && cursor && !(start && isBefore(cursor, start)) ? cursor : start
  const below = !isNewer && cursor && !(end && isBefore(end, cursor)) ? cursor : end
  const window = { above: above ?? everything.above, below: below ?? everything.below, limit: page.fetch }
  const { rows, hasMore } = cutPage(await (isNewer ? newer : older)(window), page)
  return { object: 'list', url, has_more: hasMore, data: rows.map(toWire) }
}

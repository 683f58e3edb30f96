import { Fault } from '@micro/kernel'
import { cutPage, parsePage, type PageQuery } from '@micro/service'

/** Where a page's rows come from; ids grow with time. */
export interface PageSource<Row> {
  /** What a cursor names, for the caller who names one wrongly. */
  readonly resource: string
  readonly exists: (id: string) => Promise<boolean>
  /** Newest first, beginning after the id (null: at the newest). */
  readonly older: (place: { after: string | null; limit: number }) => Promise<Row[]>
  /** Next to and newer than the id, oldest first. */
  readonly newer: (place: { before: string; limit: number }) => Promise<Row[]>
}

/** One page of a list, newest first. @throws Fault parameter_invalid, parameter_resource_missing */
export const readListPage = async <Row>(
  query: PageQuery,
  source: PageSource<Row>,
): Promise<{ rows: Row[]; hasMore: boolean }> => {
  const page = parsePage(query)
  const { cursor, direction, fetch: limit } = page
  if (cursor !== undefined && !(await source.exists(cursor.id))) {
    throw new Fault('parameter_resource_missing', { resource: source.resource, id: cursor.id, param: cursor.param })
  }
  const found =
    direction === 'newer' && cursor !== undefined
      ? await source.newer({ before: cursor.id, limit })
      : await source.older({ after: cursor?.id ?? null, limit })
  return cutPage(found, page)
}

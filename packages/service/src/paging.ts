import { Fault } from '@micro/kernel'

/** The parameters of `pageQuery` in the contracts. */
export interface PageQuery {
  readonly limit?: number
  readonly starting_after?: string
  readonly ending_before?: string
}

/** Which way to walk a list from which object. */
export interface Page {
  readonly limit: number
  /** How many rows to read: one more than asked for tells whether there are more. */
  readonly fetch: number
  readonly direction: 'older' | 'newer'
  readonly cursor: { readonly param: 'starting_after' | 'ending_before'; readonly id: string } | undefined
}

/** @throws Fault parameter_invalid when both cursors are given */
export const parsePage = ({ limit = 10, starting_after, ending_before }: PageQuery): Page => {
  if (starting_after !== undefined && ending_before !== undefined) {
    throw new Fault('parameter_invalid', {
      param: 'ending_before',
      reason: 'it cannot be combined with starting_after',
    })
  }
  const amount = { limit, fetch: limit + 1 }
  if (ending_before !== undefined)
    return { ...amount, direction: 'newer', cursor: { param: 'ending_before', id: ending_before } }
  if (starting_after === undefined) return { ...amount, direction: 'older', cursor: undefined }
  return { ...amount, direction: 'older', cursor: { param: 'starting_after', id: starting_after } }
}

/**
 * What the page's cursor stands for in the list, found by its id; undefined for a first page.
 * @throws Fault parameter_resource_missing
 */
export const findCursor = async <Found>(
  { cursor }: Page,
  resource: string,
  find: (id: string) => Promise<Found | undefined>,
): Promise<Found | undefined> => {
  if (cursor === undefined) return undefined
  const found = await find(cursor.id)
  if (found !== undefined) return found
  throw new Fault('parameter_resource_missing', { param: cursor.param, resource, id: cursor.id })
}

/**
 * The page of `page.fetch` rows read in the page's direction, nearest to the cursor first. Always newest first;
 * `hasMore` speaks of the direction walked.
 */
export const cutPage = <Row>(rows: readonly Row[], { limit, direction }: Page): { rows: Row[]; hasMore: boolean } => {
  const kept = rows.slice(0, limit)
  return { rows: direction === 'newer' ? kept.toReversed() : kept, hasMore: rows.length > limit }
}

import { Fault } from '@micro/kernel'

export interface PageQuery {
  readonly limit?: number
  readonly starting_after?: string
  readonly ending_before?: string
}

/** Which way to walk from which object; one row more than asked for tells whether there are more. */
export interface Page {
  readonly limit: number
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
  if (ending_before !== undefined)
    return { limit, direction: 'newer', cursor: { param: 'ending_before', id: ending_before } }
  if (starting_after === undefined) return { limit, direction: 'older', cursor: undefined }
  return { limit, direction: 'older', cursor: { param: 'starting_after', id: starting_after } }
}

/**
 * The page of rows fetched with a limit of `page.limit + 1` in the page's direction. Always newest first; `has_more`
 * speaks of the direction walked.
 */
export const cutPage = <Row>(rows: readonly Row[], { limit, direction }: Page): { rows: Row[]; hasMore: boolean } => {
  const kept = rows.slice(0, limit)
  return { rows: direction === 'newer' ? kept.toReversed() : kept, hasMore: rows.length > limit }
}

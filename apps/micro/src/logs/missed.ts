import { ApiError, type Client } from '@micro/client'
import type { gatewayApi, RequestLog, RequestLogFilter } from '@micro/contracts'

export type ListRequestLogs = Client<Pick<typeof gatewayApi, 'listRequestLogs'>>['listRequestLogs']

/** A while without a connection, in Unix seconds of the server. */
export interface Gap {
  /** From when on to read: somewhat before it, as gateways tell of a request a moment after its answer. */
  readonly sinceSeconds: number
  /** When the connection was last known to be there. */
  readonly lostSeconds: number
}

export interface Missed {
  /** In the order in which they were answered. */
  readonly requests: readonly RequestLog[]
  /** False when the server no longer remembers all of the gap, or may not. */
  readonly complete: boolean
}

const pageMax = 100

/** The place in the list was forgotten while it was read. */
const isForgotten = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 400 && error.body.error.code === 'resource_missing'

/** Reads what the server remembers of a gap. @throws ApiError, ConnectionError */
export const readMissed = async (list: ListRequestLogs, filter: RequestLogFilter, gap: Gap): Promise<Missed> => {
  const newestFirst: RequestLog[] = []
  const readPage = (): ReturnType<ListRequestLogs> => {
    const last = newestFirst.at(-1)
    return list({
      query: {
        ...filter,
        created: { gte: gap.sinceSeconds },
        limit: pageMax,
        ...(last === undefined ? {} : { starting_after: last.id }),
      },
    })
  }
  let complete = true
  try {
    for (let more = true; more;) {
      const page = await readPage()
      newestFirst.push(...page.data)
      more = page.has_more
    }
  } catch (error) {
    if (!isForgotten(error)) throw error
    complete = false
  }
  // The oldest are forgotten first. So where something from before the gap is left, nothing of the gap was forgotten; the
  // request that opened our session is such a one. A second more, since that is what times in the log are told in.
  const { data: before } = await list({ query: { created: { lte: gap.lostSeconds + 1 }, limit: 1 } })
  return { requests: newestFirst.toReversed(), complete: complete && before.length > 0 }
}

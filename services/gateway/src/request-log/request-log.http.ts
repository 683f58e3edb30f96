import { requestLogFilters, type requestLogApi, type LoggedRequest } from '@micro/contracts'
import type { Clock } from '@micro/kernel'
import { cutPage, findCursor, parsePage, timeRangeOf, type Handlers } from '@micro/service'
import { keptMs, type RecentRequests } from './recent.ts'
import { passes, requestLogOf } from './request-log.ts'

/** Ids of requests begin with their time. */
const newestFirst = (a: LoggedRequest, b: LoggedRequest): number =>
  b.created - a.created || (a.request_id < b.request_id ? 1 : -1)

export const requestLogHandlers = ({
  recent,
  clock,
}: {
  recent: Pick<RecentRequests, 'read'>
  clock: Clock
}): Handlers<typeof requestLogApi> => ({
  async listRequestLogs({ principal, query }) {
    const page = parsePage(query)
    const { from, until } = timeRangeOf(query.created)
    const filters = requestLogFilters(query)
    const lives = ({ created }: LoggedRequest): boolean => created * 1_000 > clock.now().getTime() - keptMs
    const isWanted = (request: LoggedRequest): boolean => {
      const ms = request.created * 1_000
      return (
        (from === undefined || ms >= from.getTime()) &&
        (until === undefined || ms < until.getTime()) &&
        passes(filters, request)
      )
    }
    const kept = (await recent.read(principal)).filter(lives).toSorted(newestFirst)
    const at = await findCursor(page, 'request', (id) => {
      const found = kept.findIndex((request) => request.request_id === id)
      return Promise.resolve(found < 0 ? undefined : found)
    })
    const beyond = page.direction === 'older' ? kept.slice((at ?? -1) + 1) : kept.slice(0, at).toReversed()
    const { rows, hasMore } = cutPage(beyond.filter(isWanted).slice(0, page.fetch), page)
    return { object: 'list', url: '/request_logs', has_more: hasMore, data: rows.map(requestLogOf) }
  },
})

import {
  requestLogFilters,
  type LoggedRequest,
  type RequestLogFilter,
  type requestLogApi,
  type Tenant,
} from '@micro/contracts'
import { Fault, type Clock } from '@micro/kernel'
import { cutPage, findCursor, parsePage, timeRangeOf, type Handlers } from '@micro/service'
import { keptMs, type RecentRequests } from './recent.ts'
import { passes, requestLogOf } from './request-log.ts'
import { summaryOf } from './summary.ts'

/** Ids of requests begin with their time. */
const newestFirst = (a: LoggedRequest, b: LoggedRequest): number =>
  b.created - a.created || (a.request_id < b.request_id ? 1 : -1)

/** Which requests are asked for, by a time and other filters. */
const wanted = ({ created, ...given }: RequestLogFilter & { created?: Parameters<typeof timeRangeOf>[0] }) => {
  const { from, until } = timeRangeOf(created)
  const filters = requestLogFilters(given)
  return (request: LoggedRequest): boolean => {
    const ms = request.created * 1_000
    return (
      (from === undefined || ms >= from.getTime()) &&
      (until === undefined || ms < until.getTime()) &&
      passes(filters, request)
    )
  }
}

export const requestLogHandlers = ({
  recent,
  clock,
}: {
  recent: Pick<RecentRequests, 'read'>
  clock: Clock
}): Handlers<typeof requestLogApi> => {
  const kept = async (tenant: Tenant): Promise<LoggedRequest[]> => {
    const lives = ({ created }: LoggedRequest): boolean => created * 1_000 > clock.now().getTime() - keptMs
    return (await recent.read(tenant)).filter(lives).toSorted(newestFirst)
  }
  return {
    async listRequestLogs({ principal, query }) {
      const page = parsePage(query)
      const all = await kept(principal)
      const at = await findCursor(page, 'request', (id) => {
        const found = all.findIndex((request) => request.request_id === id)
        return Promise.resolve(found < 0 ? undefined : found)
      })
      const beyond = page.direction === 'older' ? all.slice((at ?? -1) + 1) : all.slice(0, at).toReversed()
      const { rows, hasMore } = cutPage(beyond.filter(wanted(query)).slice(0, page.fetch), page)
      return { object: 'list', url: '/request_logs', has_more: hasMore, data: rows.map(requestLogOf) }
    },
    async summarizeRequestLogs({ principal, query }) {
      const all = await kept(principal)
      return summaryOf(all.filter(wanted(query)), all.at(-1)?.created ?? null)
    },
    async retrieveRequestLog({ principal, params: { id } }) {
      const found = (await kept(principal)).find((request) => request.request_id === id)
      if (found === undefined) throw new Fault('resource_missing', { resource: 'request', id, param: 'id' })
      return requestLogOf(found)
    },
  }
}

import type { gatewayApi, Mode } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { queryOf, type RequestFilters, type RequestSearch } from './request-filters.ts'

type Gateway = typeof gatewayApi

const refreshMs = 3_000

/** One page of the request log, newest first; the first one is read anew every few seconds. What is read is not in it. */
export const requestsPage = (mode: Mode, { view: _, after, ...filters }: RequestSearch) =>
  queryOptions({
    queryKey: ['requests', mode, 'page', filters, after],
    queryFn: ({ signal }) => {
      const query = { limit: 25, ...queryOf(filters), ...(after === undefined ? {} : { starting_after: after }) }
      return call<Gateway['listRequestLogs']>('GET /request_logs', { query, mode, signal })
    },
    refetchInterval: after === undefined && filters.until === undefined ? refreshMs : false,
  })

/** How often each route was asked for, how often in vain, and how long it took. */
export const requestSummary = (mode: Mode, filters: RequestFilters) =>
  queryOptions({
    queryKey: ['requests', mode, 'summary', filters],
    queryFn: ({ signal }) =>
      call<Gateway['summarizeRequestLogs']>('GET /request_logs/summary', { query: queryOf(filters), mode, signal }),
    refetchInterval: filters.until === undefined ? refreshMs : false,
  })

/** One request. */
export const oneRequest = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['requests', mode, 'one', id],
    queryFn: ({ signal }) =>
      call<Gateway['retrieveRequestLog']>('GET /request_logs/:id', { params: { id }, mode, signal }),
  })

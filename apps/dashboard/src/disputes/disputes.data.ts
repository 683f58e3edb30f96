import type { Body, Mode, paymentsApi } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import type { Act } from '../act/use-act.ts'
import { call } from '../api/call.ts'
import { startingAfter } from '../api/paged.ts'

type Payments = typeof paymentsApi

/** One page of disputes, newest first. */
export const disputesPage = (mode: Mode, after: string | undefined) =>
  queryOptions({
    queryKey: ['payments', mode, 'disputes', after],
    queryFn: ({ signal }) => {
      const query = { limit: 20, ...startingAfter(after) }
      return call<Payments['listDisputes']>('GET /v1/disputes', { query, mode, signal })
    },
  })

export const oneDispute = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['payments', mode, 'dispute', id],
    queryFn: ({ signal }) =>
      call<Payments['retrieveDispute']>('GET /v1/disputes/:id', { params: { id }, mode, signal }),
  })

export const updateDispute = (act: Act, id: string, body: Body<Payments['updateDispute']>) =>
  call<Payments['updateDispute']>('POST /v1/disputes/:id', { params: { id }, body, ...act })

export const acceptDispute = (act: Act, id: string) =>
  call<Payments['closeDispute']>('POST /v1/disputes/:id/close', { params: { id }, body: {}, ...act })

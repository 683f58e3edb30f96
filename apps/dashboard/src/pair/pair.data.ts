import type { authApi, Body } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/call.ts'

type Auth = typeof authApi

/** A device that asks to be let in. It is not asked for twice by itself: once it is answered there is nothing there. */
export const pairing = (id: string) =>
  queryOptions({
    queryKey: ['pairing', id],
    queryFn: ({ signal }) => call<Auth['retrievePairing']>('GET /auth/pairings/:id', { params: { id }, signal }),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })

export const letIn = (id: string, body: Body<Auth['approvePairing']>) =>
  call<Auth['approvePairing']>('POST /auth/pairings/:id/approve', { params: { id }, body })

export const refuse = (id: string) =>
  call<Auth['refusePairing']>('POST /auth/pairings/:id/refuse', { params: { id }, body: {} })

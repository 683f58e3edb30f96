import type { authApi, Session } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/call.ts'

type Auth = typeof authApi

/** Where somebody is signed in, a page of it, newest first. `after`: behind this session. */
export const sessionsPage = (after: string | undefined) =>
  queryOptions({
    queryKey: ['sessions', after],
    queryFn: ({ signal }) => {
      const query = { limit: 20, ...(after === undefined ? {} : { starting_after: after }) }
      return call<Auth['listSessions']>('GET /auth/sessions', { query, signal })
    },
  })

export const endSession = ({ id }: Session) =>
  call<Auth['revokeSession']>('DELETE /auth/sessions/:id', { params: { id } })

export const endOtherSessions = () => call<Auth['revokeOtherSessions']>('DELETE /auth/sessions', {})

import type { ApiKey, authApi, Body } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/call.ts'

type Auth = typeof authApi
const pagesMax = 10

/** Every key there is or was, of both modes, newest first. */
export const keys = queryOptions({
  queryKey: ['keys'],
  queryFn: async ({ signal }) => {
    const all: ApiKey[] = []
    for (let page = 0; page < pagesMax; page++) {
      const last = all.at(-1)
      const query = { limit: 100, ...(last === undefined ? {} : { starting_after: last.id }) }
      const { data, has_more } = await call<Auth['listApiKeys']>('GET /auth/api_keys', { query, signal })
      all.push(...data)
      if (!has_more) break
    }
    return all
  },
})

export const createKey = (body: Body<Auth['createApiKey']>) =>
  call<Auth['createApiKey']>('POST /auth/api_keys', { body })

export const rollKey = (id: string, body: Body<Auth['rollApiKey']>) =>
  call<Auth['rollApiKey']>('POST /auth/api_keys/:id/roll', { params: { id }, body })

export const revokeKey = (id: string) => call<Auth['revokeApiKey']>('DELETE /auth/api_keys/:id', { params: { id } })

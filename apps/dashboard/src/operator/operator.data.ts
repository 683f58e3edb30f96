import type { authApi, Body, gatewayApi, ServiceStatus } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call, Refusal } from '../api/call.ts'
import type { Health, ServiceName } from './health.ts'

type Auth = typeof authApi
/** One shape for each service; the path says whose. */
type Status = (typeof gatewayApi)['getGatewayStatus']

/** Each look asks all services, within the requests that a person has a minute; a hidden page does not look. */
const everyMs = 15_000

/** How each service is, as the gateway finds it. That it is unavailable is an answer, too. */
export const health = queryOptions({
  queryKey: ['operator', 'health'],
  queryFn: async ({ signal }): Promise<Health> => {
    const response = await fetch('/health', { signal }).catch(() => undefined)
    const told = (await response?.json().catch(() => undefined)) as Partial<Health> | undefined
    if (told?.services === undefined)
      throw new Refusal({ status: response?.status ?? 0, error: { code: 'unreachable' } })
    return told as Health
  },
  refetchInterval: everyMs,
})

/** How a service is, as one of its processes tells it. */
export const serviceStatus = (service: ServiceName) =>
  queryOptions({
    queryKey: ['operator', 'status', service],
    queryFn: ({ signal }): Promise<ServiceStatus> => {
      const operation = `GET /operator/services/${service}` as `GET ${Status['path']}`
      return call<Status>(operation, { signal })
    },
    refetchInterval: everyMs,
    // Asked again soon in any case.
    retry: false,
  })

/** A page of the users of the installation, newest first. */
export const usersPage = (after: string | undefined) =>
  queryOptions({
    queryKey: ['operator', 'users', after],
    queryFn: ({ signal }) => {
      const query = { limit: 20, ...(after === undefined ? {} : { starting_after: after }) }
      return call<Auth['listUsers']>('GET /auth/operator/users', { query, signal })
    },
  })

export const changeUser = (id: string, body: Body<Auth['updateUser']>) =>
  call<Auth['updateUser']>('POST /auth/operator/users/:id', { params: { id }, body })

/** Whether anyone may register. */
export const registration = queryOptions({
  queryKey: ['operator', 'registration'],
  queryFn: ({ signal }) => call<Auth['getRegistration']>('GET /auth/operator/registration', { signal }),
})

export const setRegistration = (open: boolean) =>
  call<Auth['updateRegistration']>('POST /auth/operator/registration', { body: { open } })

export const invite = (email: string) =>
  call<Auth['createInvitation']>('POST /auth/operator/invitations', { body: { email } })

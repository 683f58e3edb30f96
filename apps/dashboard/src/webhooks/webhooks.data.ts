import type { Body, eventsApi, Mode, WebhookEndpoint } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { queryOptions } from '@tanstack/react-query'
import type { Act } from '../act/use-act.ts'
import { call } from '../api/call.ts'
import type { DeliveryFilters } from './delivery-filters.ts'
import { figuresEveryMs } from '../live/refresher.ts'
import { boundsOf, type Period } from '../ui/period.ts'
import { lookEveryMs } from './delivery-state.ts'

type Events = typeof eventsApi
type Deliveries = Awaited<ReturnType<typeof call<Events['listWebhookDeliveries']>>>

const now = (): number => unixSeconds(systemClock.now())

/** Every endpoint of a mode, newest first: there are never more than one page holds. */
export const endpoints = (mode: Mode) =>
  queryOptions({
    queryKey: ['webhooks', mode, 'endpoints'],
    queryFn: async ({ signal }): Promise<WebhookEndpoint[]> => {
      const query = { limit: 100 }
      return (await call<Events['listWebhookEndpoints']>('GET /v1/webhook_endpoints', { query, mode, signal })).data
    },
  })

export const oneEndpoint = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['webhooks', mode, 'endpoint', id],
    queryFn: ({ signal }) =>
      call<Events['retrieveWebhookEndpoint']>('GET /v1/webhook_endpoints/:id', { params: { id }, mode, signal }),
  })

/** No event tells that one got through, so that deliveries which are still to come are looked at again and again. */
const refetchInterval = ({ state: { data } }: { state: { data: Deliveries | undefined } }): number | false =>
  lookEveryMs(data?.data ?? [], now())

/** One page of what an endpoint was sent, newest first. */
export const deliveriesTo = (mode: Mode, endpoint: string, { deliveries: status, after }: DeliveryFilters) =>
  queryOptions({
    queryKey: ['webhooks', mode, 'deliveries', { endpoint, status, after }],
    queryFn: ({ signal }) => {
      const query = {
        webhook_endpoint: endpoint,
        limit: 20,
        ...(status === undefined ? {} : { status }),
        ...(after === undefined ? {} : { starting_after: after }),
      }
      return call<Events['listWebhookDeliveries']>('GET /events/deliveries', { query, mode, signal })
    },
    refetchInterval,
  })

/** To which endpoints an event was sent: there is one delivery for each. */
export const deliveriesOfEvent = (mode: Mode, event: string) =>
  queryOptions({
    queryKey: ['webhooks', mode, 'deliveries', { event }],
    queryFn: ({ signal }) =>
      call<Events['listWebhookDeliveries']>('GET /events/deliveries', { query: { event, limit: 100 }, mode, signal }),
    refetchInterval,
  })

/** A delivery with each request that was made for it, newest first. */
export const oneDelivery = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['webhooks', mode, 'delivery', id],
    queryFn: async ({ signal }) => {
      const asked = { params: { id }, mode, signal }
      const [delivery, { data: attempts }] = await Promise.all([
        call<Events['retrieveWebhookDelivery']>('GET /events/deliveries/:id', asked),
        call<Events['listWebhookAttempts']>('GET /events/deliveries/:id/attempts', asked),
      ])
      return { delivery, attempts }
    },
    refetchInterval: ({ state: { data } }) => lookEveryMs(data === undefined ? [] : [data.delivery], now()),
  })

/** What came of an endpoint's requests in a period, stretch by stretch. */
export const endpointFigures = (mode: Mode, id: string, period: Period) =>
  queryOptions({
    queryKey: ['figures', mode, 'webhook', id, period],
    queryFn: ({ signal }) => {
      const query = { bounds: boundsOf(period, now()) }
      return call<Events['retrieveWebhookFigures']>('GET /v1/webhook_endpoints/:id/figures', {
        params: { id },
        query,
        mode,
        signal,
      })
    },
    // What is tried again tells nobody.
    refetchInterval: figuresEveryMs,
  })

export const createEndpoint = (act: Act, body: Body<Events['createWebhookEndpoint']>) =>
  call<Events['createWebhookEndpoint']>('POST /v1/webhook_endpoints', { body, ...act })

export const updateEndpoint = (act: Act, id: string, body: Body<Events['updateWebhookEndpoint']>) =>
  call<Events['updateWebhookEndpoint']>('POST /v1/webhook_endpoints/:id', { params: { id }, body, ...act })

export const rotateSecret = (act: Act, id: string, body: Body<Events['rotateWebhookSecret']>) =>
  call<Events['rotateWebhookSecret']>('POST /v1/webhook_endpoints/:id/rotate_secret', { params: { id }, body, ...act })

// Of these the API takes no key: done twice they come to the same, or to one request more.

export const deleteEndpoint = (mode: Mode, id: string) =>
  call<Events['deleteWebhookEndpoint']>('DELETE /v1/webhook_endpoints/:id', { params: { id }, mode })

export const testEndpoint = (mode: Mode, id: string) =>
  call<Events['testWebhookEndpoint']>('POST /v1/webhook_endpoints/:id/test', { params: { id }, body: {}, mode })

export const resend = (mode: Mode, id: string) =>
  call<Events['resendWebhookDelivery']>('POST /events/deliveries/:id/resend', { params: { id }, body: {}, mode })

export const resendMany = (mode: Mode, body: Body<Events['resendWebhookDeliveries']>) =>
  call<Events['resendWebhookDeliveries']>('POST /events/deliveries/resend', { body, mode })

export const retryEvent = (mode: Mode, id: string) =>
  call<Events['retryEvent']>('POST /v1/events/:id/retry', { params: { id }, body: {}, mode })

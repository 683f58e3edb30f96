import { Readable } from 'node:stream'
import { memoryBus } from '@micro/bus'
import type { BusMessages, Principal } from '@micro/contracts'
import { attachContext, createLogger, type Runtime, type Service } from '@micro/service'
import { fakeClock, seededIds, type FakeClock } from './clock.ts'
import { unwatched } from './unwatched.ts'

export interface TestRuntime extends Runtime {
  readonly clock: FakeClock
}

/** What every service is given, for tests: an in-process bus, a fake clock, seeded ids, and a log nobody reads. */
export const testRuntime = ({
  clock = fakeClock(),
  seed = 1,
}: { clock?: FakeClock; seed?: number } = {}): TestRuntime => ({
  bus: memoryBus<BusMessages>({
    onError: (error) => {
      throw error
    },
  }),
  clock,
  newId: seededIds(seed, clock),
  log: createLogger({ service: 'test', destination: { write: () => {} } }),
  ...unwatched(),
})

export interface InjectedRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers?: Record<string, string>
  /** Text and streams are sent as they are; anything else as JSON. */
  readonly body?: unknown
}

const principalHeader = 'x-test-principal'
const opened = new WeakMap<Service, Map<string, Principal | undefined>>()

/** Ties principals to requests the way the gateway does. Must come before the first request. */
const open = (service: Service): Map<string, Principal | undefined> => {
  const known = opened.get(service)
  if (known !== undefined) return known
  const principals = new Map<string, Principal | undefined>()
  opened.set(service, principals)
  service.http.addHook('onRequest', (request, _reply, done) => {
    const ticket = String(request.headers[principalHeader])
    attachContext(request.raw, {
      requestId: `req_test${ticket}`,
      principal: principals.get(ticket),
      clientIp: '127.0.0.1',
    })
    principals.delete(ticket)
    done()
  })
  return principals
}

let tickets = 0
const isJson = (type: unknown): boolean => String(type).startsWith('application/json')

/**
 * A way to call the service's router as somebody, without a socket. Make it before anything starts the service.
 * Resolves with status, headers and the decoded body.
 */
export const injector = (service: Service) => {
  const principals = open(service)
  return async (principal: Principal | undefined, { method = 'GET', url, headers = {}, body }: InjectedRequest) => {
    const ticket = String(++tickets)
    principals.set(ticket, principal)
    const isRaw = typeof body === 'string' || body instanceof Readable
    const response = await service.http.inject({
      method,
      url,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        [principalHeader]: ticket,
      },
      ...(body === undefined ? {} : { payload: isRaw ? body : JSON.stringify(body) }),
    })
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      /** Of a stream there is only text. */
      body: isJson(response.headers['content-type']) ? response.json<Record<string, unknown>>() : {},
    }
  }
}

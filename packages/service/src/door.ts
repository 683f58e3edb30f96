import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '@micro/contracts'
import { Fault, monotonicMs } from '@micro/kernel'
import type { TokenVerifier, VerifiedToken } from '@micro/signing'
import { answerFault, answerJson } from './answer.ts'
import type { Runtime } from './dependencies.ts'
import { createHttpMetrics } from './metrics/http-metrics.ts'
import type { Readiness } from './readiness.ts'
import { attachContext } from './request-context.ts'
import type { Service } from './service.ts'
import { readTraceparent } from './traces/trace-context.ts'
import type { OpenSpan } from './traces/traces.ts'

/** Headers between Micro's processes; believed only beside a token that was verified. */
export const requestIdHeader = 'micro-request-id'
export const clientIpHeader = 'micro-client-ip'
export const inClearHeader = 'micro-in-clear'
/** On the answer to a caller without a valid token: tells this 401 from those that concern the client. */
export const tokenRefusedHeader = 'micro-token-refused'

/** What no handler has a use for any more. */
const between = ['authorization', 'traceparent', requestIdHeader, clientIpHeader, inClearHeader] as const

const requestIdForm = /^req_[A-Za-z0-9_]{1,64}$/
const clientIpForm = /^[0-9A-Fa-f.:]{2,45}$/

interface Visit {
  readonly startedMs: number
  readonly method: string
  requestId: string
  route: string
  caller: VerifiedToken | undefined
  span: OpenSpan | undefined
}

export interface DoorOptions extends Pick<Runtime, 'log' | 'newId' | 'metrics' | 'traces'> {
  readonly service: Service
  readonly verifier: TokenVerifier
  readonly ready: () => Promise<Readiness>
}

const bearerOf = ({ headers }: IncomingMessage): string =>
  /^Bearer ([\w.-]+)$/.exec(headers.authorization ?? '')?.[1] ?? ''

/** The header's text when it has the form, and then only once: a repeated header arrives joined and has it not. */
const headerOf = (request: IncomingMessage, name: string, form: RegExp): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' && form.test(value) ? value : undefined
}

/**
 * The way into a service that runs as a process of its own: whoever has no token of one of Micro's services is refused,
 * and nothing else on the wire is believed about who is asking. Call it before the service starts.
 */
export const createDoor = (options: DoorOptions) => {
  const { service, verifier, log, newId, traces } = options
  const http = createHttpMetrics(options.metrics)
  const visits = new WeakMap<IncomingMessage, Visit>()
  service.http.addHook('onRequest', (request, _reply, done) => {
    const visit = visits.get(request.raw)
    // The pattern, never the raw path, which may hold anything.
    if (visit !== undefined) visit.route = request.routeOptions.url ?? '(none)'
    done()
  })

  const noteWhenClosed = (visit: Visit, response: ServerResponse): void => {
    http.began(response)
    response.once('close', () => {
      const principal = visit.caller?.principal
      const { route, method, span, startedMs } = visit
      const status = response.statusCode
      const aborted = !response.writableFinished
      http.finished({ route, method, status, aborted, startedMs })
      span?.end({ name: `${method} ${route}`, status, facts: { 'http.route': route } })
      log.info(
        {
          request_id: visit.requestId,
          method,
          route,
          status,
          ms: Math.round((monotonicMs() - startedMs) * 100) / 100,
          caller: visit.caller?.issuer,
          ...(principal === undefined || principal.kind === 'service'
            ? {}
            : { merchant: principal.merchant, mode: principal.mode }),
          ...(aborted ? { aborted: true } : {}),
          trace_id: span?.at?.traceId,
        },
        'request.finished',
      )
    })
  }

  const answerReady = async (response: ServerResponse): Promise<void> => {
    const { status, warnings } = await options.ready()
    if (status !== 'unavailable') return answerJson(response, 200, { status, service: service.name, warnings })
    answerFault(response, new Fault('upstream_unavailable', { service: service.name, retry_after: 1 }))
  }

  // Traces begin at the gateway and with a service's own work; whoever only asks whether there is any begins none.
  const beginSpan = (request: IncomingMessage, { method, requestId, caller }: Visit): OpenSpan | undefined => {
    const parent = readTraceparent(request.headers['traceparent'])
    if (parent === undefined) return undefined
    const principal = caller?.principal
    return traces.begin(method, {
      kind: 'server',
      parent,
      facts: {
        'http.request.method': method,
        'micro.request_id': requestId,
        ...(principal === undefined || principal.kind === 'service'
          ? {}
          : { 'micro.merchant': principal.merchant, 'micro.mode': principal.mode }),
      },
    })
  }

  const letIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const visit: Visit = {
      startedMs: monotonicMs(),
      method: request.method ?? '',
      requestId: newId('request'),
      route: '(none)',
      caller: undefined,
      span: undefined,
    }
    noteWhenClosed(visit, response)
    const caller = await verifier.verify(bearerOf(request))
    if (caller === undefined) {
      response.setHeader('connection', 'close').setHeader(tokenRefusedHeader, 'true')
      return answerFault(response, new Fault('internal_token_invalid'))
    }
    visit.caller = caller
    visit.requestId = headerOf(request, requestIdHeader, requestIdForm) ?? visit.requestId
    visit.span = beginSpan(request, visit)
    visits.set(request, visit)
    response.setHeader('request-id', visit.requestId)
    const byGateway = caller.issuer === 'gateway'
    const principal: Principal | undefined = caller.principal
    attachContext(request, {
      requestId: visit.requestId,
      principal,
      clientIp: (byGateway ? headerOf(request, clientIpHeader, clientIpForm) : undefined) ?? '',
      inClear: byGateway && request.headers[inClearHeader] !== undefined,
      trace: visit.span?.at,
    })
    for (const name of between) delete request.headers[name]
    if (!response.destroyed) service.http.routing(request, response)
  }

  /** Answers one request. Never rejects. */
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (request.url === '/livez') return answerJson(response, 200, { status: 'ok', service: service.name })
      if (request.url === '/readyz') return await answerReady(response)
      await letIn(request, response)
    } catch (error) {
      // What the router finds wrong with a URL is thrown from it, before any of its handlers.
      const fault = error instanceof Fault ? error : new Fault('internal', {}, { cause: error })
      if (fault.spec.status >= 500) log.error({ err: error }, 'request.failed')
      if (response.headersSent) response.destroy()
      else answerFault(response, fault)
    }
  }
}

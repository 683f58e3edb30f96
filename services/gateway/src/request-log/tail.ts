import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestLogApi, type LoggedRequest, type MerchantPrincipal, type Tenant } from '@micro/contracts'
import { monotonicMs, unixSeconds, type Clock } from '@micro/kernel'
import { redactText, type MicroBus } from '@micro/service'
import { elapsedMs } from '../elapsed.ts'
import type { Exchange } from '../exchange.ts'
import { captureError } from './capture.ts'
import { keyOf, type RecentRequests } from './recent.ts'

/** How often a gateway with somebody who looks on says so, and how long the others believe it. */
const sayMs = 5_000
const believedMs = 15_000
/** How often one that the limit refused is remembered: they may be without end, and would push all else out. */
const refusedMs = 6_000
/** No path of ours is nearly as long; of one that is, as much as tells what it is. */
const pathCharsMax = 500
/** The longest idempotency key that is taken. */
const keyCharsMax = 255

type Listener = (request: LoggedRequest) => void

/** The requests of a merchant as they are answered, by whichever gateway, for those who look on now or look back later. */
export interface RequestLog {
  /** Tells each request from here on, until the returned function is called. */
  watch(tenant: Tenant, listener: Listener): () => void
  /** Notes a request once it is answered: for a look back, and for whoever looks on. */
  note(
    exchange: Pick<Exchange, 'requestId' | 'clientIp' | 'startedMs' | 'pattern'>,
    caller: { readonly principal: MerchantPrincipal; readonly isStream: boolean },
    request: IncomingMessage,
    response: ServerResponse,
  ): void
  close(): void
}

/** To look back is not to be seen there, or who does so again and again sees nothing else. */
const lookBacks: ReadonlySet<string> = new Set(Object.values(requestLogApi).map(({ path }) => path))

const idempotencyKeyOf = ({ headers }: IncomingMessage): string | null => {
  const key = headers['idempotency-key']
  return typeof key === 'string' ? redactText(key).slice(0, keyCharsMax) : null
}

export const createRequestLog = ({
  bus,
  clock,
  recent,
}: {
  bus: MicroBus
  clock: Clock
  recent: RecentRequests
}): RequestLog => {
  const nowMs = elapsedMs(clock)
  const listeners = new Map<string, { readonly tenant: Tenant; readonly all: Set<Listener> }>()
  /** Until when somebody looks on, at this gateway or another. */
  const watchedUntil = new Map<string, number>()
  /** Until when none that the limit refused is remembered. */
  const refusedUntil = new Map<string, number>()

  const hear = ({ merchant, mode }: Tenant): void => {
    watchedUntil.set(keyOf({ merchant, mode }), nowMs() + believedMs)
    for (const [key, until] of watchedUntil) if (until < nowMs()) watchedUntil.delete(key)
  }
  const isWatched = (tenant: Tenant): boolean => {
    const until = watchedUntil.get(keyOf(tenant))
    return until !== undefined && nowMs() <= until
  }
  const say = (tenant: Tenant): void => {
    hear(tenant)
    bus.publish('request_log.watched', tenant)
  }

  const mayKeepRefused = (tenant: Tenant): boolean => {
    const now = nowMs()
    // In the order in which they run out.
    for (const [key, until] of refusedUntil) {
      if (until > now) break
      refusedUntil.delete(key)
    }
    const key = keyOf(tenant)
    if (refusedUntil.has(key)) return false
    refusedUntil.set(key, now + refusedMs)
    return true
  }

  const unsubscribe = [
    bus.subscribe('request_log.watched', hear),
    bus.subscribe('request_log.recorded', ({ merchant, mode, request }) => {
      for (const listener of listeners.get(keyOf({ merchant, mode }))?.all ?? []) listener(request)
    }),
  ]
  const saying = setInterval(() => {
    for (const { tenant } of listeners.values()) say(tenant)
  }, sayMs).unref()

  return {
    watch({ merchant, mode }, listener) {
      const tenant = { merchant, mode }
      const key = keyOf(tenant)
      const entry = listeners.get(key) ?? { tenant, all: new Set() }
      listeners.set(key, entry)
      entry.all.add(listener)
      say(tenant)
      return () => {
        entry.all.delete(listener)
        if (entry.all.size === 0 && listeners.get(key) === entry) listeners.delete(key)
      }
    },
    note(exchange, { principal, isStream }, request, response) {
      if (recent.max === 0 && !isWatched(principal)) return
      if (lookBacks.has(exchange.pattern)) return
      const { requestId, clientIp, startedMs, pattern: route } = exchange
      const { method = '', url = '' } = request
      // Never the query: it may hold anything.
      const path = url.split('?', 1)[0] ?? ''
      const { merchant, mode, keyId = null } = principal
      const idempotencyKey = idempotencyKeyOf(request)
      const error = captureError(response)
      response.once('close', () => {
        const logged: LoggedRequest = {
          request_id: requestId,
          created: unixSeconds(clock.now()),
          livemode: mode === 'live',
          method,
          path: redactText(path).slice(0, pathCharsMax),
          status: response.statusCode,
          ip: clientIp,
          source: principal.kind === 'session' ? 'DASHBOARD' : 'API',
          key_id: keyId,
          route,
          duration_ms: isStream ? null : Math.round((monotonicMs() - startedMs) * 10) / 10,
          idempotency_key: idempotencyKey,
          error: error(),
        }
        if (logged.status !== 429 || mayKeepRefused(principal)) recent.keep(principal, logged)
        if (isWatched(principal)) bus.publish('request_log.recorded', { merchant, mode, request: logged })
      })
    },
    close() {
      clearInterval(saying)
      for (const end of unsubscribe) end()
      recent.close()
    },
  }
}

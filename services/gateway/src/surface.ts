import type { IncomingMessage, ServerResponse } from 'node:http'
import { apiVersion, surfaceOf } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { BrowserGuard } from './access/browser.ts'
import type { Match } from './routes.ts'

const exposedHeaders = 'Request-Id, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed'
const requestHeaders = 'Authorization, Content-Type, Idempotency-Key, Stripe-Version'

/** On `/v1`: the version the client asked for when it is one of Stripe's form, else the one Micro speaks. */
export const echoVersion = (request: IncomingMessage, response: ServerResponse, path: string): void => {
  if (surfaceOf(path) !== 'stripe') return
  const asked = request.headers['stripe-version']
  const valid = typeof asked === 'string' && /^20\d\d-\d\d-\d\d(\.[a-z]{1,30})?$/.test(asked)
  response.setHeader('stripe-version', valid ? asked : apiVersion)
}

/** CORS for the configured origins only; there is none by default, and never a wildcard or credentials. */
export const shareWithOrigin = (request: IncomingMessage, response: ServerResponse, guard: BrowserGuard): void => {
  const { origin } = request.headers
  if (origin === undefined || !guard.shares(origin)) return
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', exposedHeaders)
  response.setHeader('vary', 'Origin')
}

/** Answers OPTIONS: which methods there are, and to a permitted page's preflight that it may use them. */
export const answerOptions = (response: ServerResponse, allowed: readonly string[]): void => {
  response.setHeader('allow', allowed.join(', '))
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-methods', allowed.join(', '))
    response.setHeader('access-control-allow-headers', requestHeaders)
    response.setHeader('access-control-max-age', '600')
  }
  response.writeHead(204).end()
}

/** The fault of a request that no route takes. `shown` bounds what is echoed of the caller's path. */
export const noRoute = (match: Exclude<Match, { kind: 'found' }>, method: string, path: string): Fault => {
  const shown = path.slice(0, 200)
  if (match.kind === 'wrong_method')
    return new Fault('method_not_allowed', { method, path: match.pattern, allowed: match.allowed.join(', ') })
  const hint = path.startsWith('/v1/')
    ? "This is Micro: it speaks a part of Stripe's API, and this route is not in it."
    : 'GET / lists where to start.'
  return new Fault('route_unknown', { method, path: shown, hint })
}

export const welcome = {
  name: 'Micro',
  description: 'Payments, a ledger and events, self-hosted. Stripe-compatible under /v1.',
  start: {
    register: 'POST /auth/register',
    log_in: 'POST /auth/login',
    create_key: 'POST /auth/api_keys',
    pay: 'POST /v1/payment_intents',
    ledger: 'POST /ledger/accounts',
    events: 'WebSocket /ws',
    health: 'GET /health',
  },
} as const

import type { ServerResponse } from 'node:http'
import { Fault } from '@micro/kernel'
import type { Match } from './routes.ts'

/** Under these all is answered as Stripe would. */
const isStripes = (path: string): boolean => path.startsWith('/v1/') || path.startsWith('/v2/')

/** Answers OPTIONS: which methods there are. */
export const answerOptions = (response: ServerResponse, allowed: readonly string[]): void => {
  response.setHeader('allow', allowed.join(', '))
  response.writeHead(204).end()
}

/** The fault of a request that no route takes. `shown` bounds what is echoed of the caller's path. */
export const noRoute = (match: Exclude<Match, { kind: 'found' }>, method: string, path: string): Fault => {
  const shown = path.slice(0, 200)
  // To Stripe's clients a 405 is an error of the server; Stripe knows no route by half either.
  if (isStripes(path)) return new Fault('stripe_route_unknown', { method, path: shown })
  if (match.kind === 'wrong_method')
    return new Fault('method_not_allowed', { method, path: match.pattern, allowed: match.allowed.join(', ') })
  return new Fault('route_unknown', { method, path: shown, hint: 'GET / lists where to start.' })
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

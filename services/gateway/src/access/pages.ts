import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Match } from '../routes.ts'
import type { BrowserGuard } from './browser.ts'

const exposedHeaders = [
  'Request-Id',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Idempotency-Key',
  'Idempotent-Replayed',
  'Original-Request',
  'Stripe-Should-Retry',
  'Stripe-Version',
].join(', ')
const requestHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Last-Event-ID',
  'Stripe-Account',
  'Stripe-Context',
  'Stripe-Version',
  'X-Stripe-Client-User-Agent',
  'X-Stripe-Client-Telemetry',
].join(', ')
const preflightSeconds = '600'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

// Nothing a browser adds by itself opens anything here: to its cookie belongs a header that no foreign page may send. So
// a page can do no more than whoever reads the key on it. A secret key has no business in a page, and gets no help there.
const holdsNoSecret = (authorization: string | undefined): boolean =>
  authorization === undefined || /^bearer +pk_/i.test(authorization)

/** What pages of any origin may ask for: the routes for publishable keys, with such a key, and their preflights. */
const isForAnyPage = ({ method = '', headers }: IncomingMessage, match: Match): boolean => {
  if (match.kind === 'unknown') return false
  if (method === 'OPTIONS') return match.forPages.length > 0
  return match.forPages.includes(method) && holdsNoSecret(headers.authorization)
}

/** A page that may not open a stream is refused, though it could not read it: opening one takes a seat. */
const opensStream = ({ method }: IncomingMessage, match: Match): boolean =>
  method !== 'OPTIONS' &&
  match.kind === 'found' &&
  match.target.kind === 'operation' &&
  match.target.route.sse !== undefined

/**
 * Judges the Origin of a request and says by CORS which pages may read its answer: those of the configured origins, and
 * on the routes for publishable keys those of any. Never with credentials: cookies are for
 * the gateway's own pages.
 * @throws Fault origin_not_allowed, of what may change something or opens a stream
 */
export const judgeOrigin = (
  request: IncomingMessage,
  response: ServerResponse,
  { guard, match }: { guard: BrowserGuard; match: Match },
): void => {
  const { method = '', headers } = request
  const { origin, host = '' } = headers
  const forAnyPage = isForAnyPage(request, match)
  if (!forAnyPage && (!safeMethods.has(method) || opensStream(request, match))) guard.checkOrigin(origin, host)
  if (origin === undefined) return
  const configured = guard.shares(origin)
  if (!configured && !forAnyPage) return
  response.setHeader('access-control-allow-origin', configured ? origin : '*')
  response.setHeader('access-control-expose-headers', exposedHeaders)
  if (configured) response.setHeader('vary', 'Origin')
  if (method !== 'OPTIONS' || match.kind === 'unknown') return
  response.setHeader('access-control-allow-methods', (configured ? match.allowed : match.forPages).join(', '))
  response.setHeader('access-control-allow-headers', requestHeaders)
  response.setHeader('access-control-max-age', preflightSeconds)
}

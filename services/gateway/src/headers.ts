import type { IncomingMessage } from 'node:http'
import { Fault } from '@micro/kernel'

/**
 * What a service may see of a client's headers. A list of what passes, not of what is dropped: whatever looks like an
 * identity (X-User-Id, X-Org-Id, X-Forwarded-*, any spelling), Authorization and Cookie are simply not on it.
 */
const passing: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'stripe-signature',
  'stripe-version',
  'transfer-encoding',
  'user-agent',
])

/** These frame the message; a client naming them in Connection must not make them vanish. */
const framing: ReadonlySet<string> = new Set(['content-length', 'host', 'transfer-encoding'])

/** Headers whose repetition two readers could resolve differently. */
const single = [
  'host',
  'authorization',
  'content-length',
  'content-type',
  'idempotency-key',
  'micro-mode',
  'origin',
  'stripe-account',
  'stripe-context',
  'stripe-signature',
  'stripe-version',
  'transfer-encoding',
] as const

const headersMax = 100

/** @throws Fault headers_too_large, parameter_invalid (a header given twice), parameter_missing (no Host) */
export const checkHeaders = (request: IncomingMessage): void => {
  const { rawHeaders } = request
  if (rawHeaders.length / 2 > headersMax) throw new Fault('headers_too_large')
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
  for (const name of single) {
    if (names.indexOf(name) !== names.lastIndexOf(name)) {
      throw new Fault('parameter_invalid', { param: name, reason: 'this header must be given once' })
    }
  }
  if ((request.headers.host ?? '') === '') throw new Fault('parameter_missing', { param: 'Host' })
}

/** Leaves only the headers a service may see, in every form in which the request object holds them. */
export const stripHeaders = (request: IncomingMessage): void => {
  const hopByHop = new Set(
    (request.headers.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  const passes = (name: string): boolean => passing.has(name) && (framing.has(name) || !hopByHop.has(name))
  const headers: IncomingMessage['headers'] = {}
  for (const [name, value] of Object.entries(request.headers)) if (passes(name)) headers[name] = value
  request.headers = headers
  request.rawHeaders = Object.entries(headers).flatMap(([name, value]) => [name, String(value)])
}

/** True when a body was announced that is larger than `limit` bytes; one without a length is counted while it is read. */
export const announcesTooMuch = (request: IncomingMessage, limit: number): boolean =>
  Number(request.headers['content-length'] ?? 0) > limit

import type { IncomingMessage, ServerResponse } from 'node:http'
import { closeCodes, EventStreamHeaders, gatewayApi, type Query } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { compileValidator, decodeQuery, type Logger } from '@micro/service'
import { maskApiKey } from '@micro/signing'
import type { Authenticated } from '../access/authenticate.ts'
import type { StreamConfig } from '../config.ts'
import type { Exchange } from '../exchange.ts'
import { createConnection, type FrameConnection } from './connection.ts'
import type { Hub } from './hub.ts'
import { takePlace, tellableTo, type PlaceParts } from './place.ts'
import { createSseSink, sendSseHead } from './sse-sink.ts'
import { cursorOf, readCursor, wantedOf } from './sse.ts'

const route = gatewayApi.streamEvents
const checkQuery = compileValidator(route.query)
const checkHeaders = compileValidator(EventStreamHeaders)

/** How long a connection is silent before the kernel asks whether the other side is still there. */
const keepAliveMs = 30_000

export interface SseParts extends PlaceParts {
  readonly log: Logger
  readonly hub: Hub
  readonly draining: () => boolean
  readonly config: StreamConfig
}

export interface SseVisit {
  readonly exchange: Exchange
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Whoever comes back sends what it read last, on the address it came to first: the header is newer than the query. */
const cursorIn = ({ since }: Query<typeof route>, { headers }: IncomingMessage): string | undefined => {
  const last = headers['last-event-id']
  if (typeof last !== 'string' || last === '') return since
  checkHeaders({ 'Last-Event-ID': last }, false)
  return last
}

const readQuery = ({ url = '' }: IncomingMessage): Query<typeof route> => {
  const at = url.indexOf('?')
  const query = decodeQuery(at < 0 ? '' : url.slice(at + 1))
  checkQuery(query, true)
  return query
}

/** What ends a stream, as whoever calls anew is told it. */
const faultFor =
  ({ principal, credential }: Authenticated) =>
  (code: string, message: string): Fault => {
    if (code === 'upstream_unavailable') return new Fault('upstream_unavailable', { service: 'events', retry_after: 1 })
    if (/^credential_/.test(code) && principal.kind === 'session') return new Fault('session_invalid')
    if (code === 'credential_revoked') return new Fault('api_key_invalid', { key: maskApiKey(credential) })
    if (code === 'credential_expired') return new Fault('api_key_expired', { key: maskApiKey(credential) })
    // Whatever else there is to say is of the cursor, and no coming back with it helps.
    if (code === 'event_no_longer_kept') return new Fault('cursor_no_longer_kept', { reason: message })
    return new Fault('unknown_cursor', { reason: message })
  }

/**
 * Answers `GET /v1/events/stream`: the same connection as the WebSocket's, written as server-sent events. Its caller may
 * have it, and is within the limits.
 */
export const createSseHandler =
  (parts: SseParts) =>
  async ({ exchange, request, response }: SseVisit, authenticated: Authenticated): Promise<void> => {
    const query = readQuery(request)
    const cursor = cursorIn(query, request)
    if (request.method === 'HEAD') return sendSseHead(response)
    const { principal, verify, headSeq, read, leave } = await takePlace(parts, exchange, authenticated)
    response.once('close', leave)
    if (response.destroyed) return leave()
    const { merchant, mode } = principal
    const wanted = wantedOf(query.types)
    const sink = createSseSink({
      response,
      greeting: (after) => `events of ${merchant} in ${mode} mode after ${after}`,
      faultOf: faultFor(authenticated),
      onLeft: (seq) => void connection.take({ type: 'ack', seq }),
    })
    const connection: FrameConnection = createConnection({
      socket: sink,
      read,
      headSeq,
      session: exchange.requestId,
      merchant,
      mode,
      mayTell: tellableTo(principal),
      bufferedBytesMax: parts.config.bufferedBytesMax,
      wants(event) {
        if (wanted(event)) return true
        sink.pass(cursorOf(event))
        return false
      },
      onSent: parts.hub.noteSent,
      onReadError: (error) => parts.log.warn({ err: error, merchant, mode }, 'stream.read_failed'),
    })
    const remove = parts.hub.add({
      principal,
      verify,
      connection,
      // A reader that takes nothing is cut off by the server.
      isAlive() {
        sink.beat()
        return true
      },
      terminate: () => response.destroy(),
    })
    response.on('error', () => {})
    // What is written to somebody who is gone says nothing of that for as long as it fits into the kernel.
    request.socket.setKeepAlive(true, keepAliveMs)
    response.once('close', () => {
      remove()
      connection.end(closeCodes.restarting)
    })
    // The server began to drain between the judgement and here.
    if (parts.draining()) connection.end(closeCodes.restarting)
    await connection.take({ type: 'resume', ...(cursor === undefined ? { after: null } : readCursor(cursor)) })
    if (sink.refused !== undefined) throw sink.refused
    sink.caughtUp()
  }

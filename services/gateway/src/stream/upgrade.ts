import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Client } from '@micro/client'
import { closeCodes, streamAccess, type eventsApi } from '@micro/contracts'
import { Fault, type NewId } from '@micro/kernel'
import { checkScope, type HttpMetrics, type Logger, type Traces } from '@micro/service'
import { maskApiKey } from '@micro/signing'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Authenticate, Authenticated } from '../access/authenticate.ts'
import type { BrowserGuard } from '../access/browser.ts'
import type { Transport } from '../access/transport.ts'
import { admit } from '../admission.ts'
import { commonHeaders, sendFaultOnSocket } from '../answer.ts'
import type { StreamConfig } from '../config.ts'
import { beginExchange, tellExchange, type Exchange } from '../exchange.ts'
import type { Enforce, Policy, SetHeader } from '../limits/policy.ts'
import { asFault } from '../pipeline.ts'
import { createConnection, type ReadEvents } from './connection.ts'
import type { Hub } from './hub.ts'
import { createConnectionSeats } from './seats.ts'

const framePayloadBytesMax = 64 * 1024

export interface StreamParts {
  readonly newId: NewId
  readonly log: Logger
  readonly http: HttpMetrics
  readonly traces: Traces
  readonly guard: BrowserGuard
  readonly clientIp: (request: IncomingMessage) => string
  readonly transport: (request: IncomingMessage) => Transport
  readonly authenticate: Authenticate
  readonly enforce: Enforce
  readonly policy: Policy
  readonly events: Pick<Client<typeof eventsApi>, 'readEventStream'>
  readonly hub: Hub
  readonly config: StreamConfig
  readonly draining: () => boolean
}

interface Admitted extends Authenticated {
  readonly headSeq: number
  readonly read: ReadEvents
  readonly leave: () => void
}

/** Turns HTTP requests for `/ws` into stream connections: everything is judged before the upgrade, and refused as HTTP. */
export const createUpgrader = (parts: StreamParts) => {
  const { config, hub } = parts
  const takeSeat = createConnectionSeats(config)
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: framePayloadBytesMax,
    clientTracking: false,
    handleProtocols: () => false,
  })

  const readFor =
    ({ principal: { merchant, mode } }: Authenticated): ReadEvents =>
    (after, limit) =>
      parts.events.readEventStream({ query: { merchant, mode, after, limit } })

  const judge = async (exchange: Exchange, request: IncomingMessage, setHeader: SetHeader): Promise<Admitted> => {
    if (parts.draining()) throw new Fault('shutting_down')
    const path = admit(request, parts.guard, { checkOrigin: true })
    if (path !== '/ws' || request.method !== 'GET') {
      throw new Fault('route_unknown', {
        method: request.method,
        path: path.slice(0, 200),
        hint: 'The WebSocket is at /ws.',
      })
    }
    exchange.pattern = '/ws'
    const { authorization } = request.headers
    const authenticated = await parts.authenticate(streamAccess.access, {
      authorization,
      clientIp: exchange.clientIp,
      confidential: parts.transport(request).confidential,
      setHeader,
    })
    const { principal, credential } = authenticated
    exchange.principal = principal
    const keyId = principal.keyId ?? principal.merchant
    await parts.enforce(parts.policy, keyId, setHeader)
    checkScope(streamAccess, principal, maskApiKey(credential))
    const leave = takeSeat({ keyId, merchant: principal.merchant, ip: exchange.clientIp })
    try {
      const read = readFor(authenticated)
      const { head_seq: headSeq } = await read(0, 0)
      return { ...authenticated, headSeq, read, leave }
    } catch (cause) {
      leave()
      throw new Fault('upstream_unavailable', { service: 'events', retry_after: 1 }, { cause })
    }
  }

  const open = (webSocket: WebSocket, admitted: Admitted): void => {
    const { principal, credential, headSeq, read, leave } = admitted
    let alive = true
    const connection = createConnection({
      socket: {
        bufferedBytes: () => webSocket.bufferedAmount,
        send: (text, flushed) => webSocket.send(text, flushed),
        close: (code, reason) => webSocket.close(code, reason),
      },
      read,
      headSeq,
      onSent: hub.noteSent,
      session: parts.newId('stream_session'),
      merchant: principal.merchant,
      mode: principal.mode,
      bufferedBytesMax: config.bufferedBytesMax,
      onReadError: (error) =>
        parts.log.warn({ err: error, merchant: principal.merchant, mode: principal.mode }, 'stream.read_failed'),
    })
    const remove = hub.add({
      principal,
      credential,
      connection,
      isAlive() {
        const answered = alive
        alive = false
        webSocket.ping()
        return answered
      },
      terminate: () => webSocket.terminate(),
    })
    const overdue = setTimeout(() => connection.resumeOverdue(), config.resumeMsMax)
    webSocket.on('pong', () => {
      alive = true
    })
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) connection.end(closeCodes.protocol, { code: 'protocol_error', message: 'Frames are text.' })
      else void connection.receive((data as Buffer).toString('utf8'))
    })
    // ws closes by itself on a frame that is too large or malformed; the error is the peer's.
    webSocket.on('error', () => {})
    webSocket.once('close', () => {
      clearTimeout(overdue)
      remove()
      leave()
    })
    // The server began to drain between the judgement and here.
    if (parts.draining()) connection.end(closeCodes.restarting)
  }

  const finish = (exchange: Exchange, status: number, fault?: string): void =>
    tellExchange(parts, exchange, {
      method: 'GET',
      status,
      bytes: 0,
      aborted: false,
      ...(fault === undefined ? {} : { fault }),
    })

  /** Answers one upgrade request. Never rejects. */
  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const exchange = beginExchange(parts, request)
    const headers: Record<string, string> = { ...commonHeaders(exchange.requestId) }
    const setHeader: SetHeader = (name, value) => {
      headers[name] = value
    }
    try {
      const admitted = await parts.traces.within(exchange.span.at, () => judge(exchange, request, setHeader))
      // A handshake that ws refuses (bad key or version) or a socket that is gone never reaches `open`. One that closed
      // while it was judged says so no more.
      socket.once('close', admitted.leave)
      if (socket.closed) return admitted.leave()
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        finish(exchange, 101)
        open(webSocket, admitted)
      })
    } catch (error) {
      const fault = asFault(error, parts.log, exchange.requestId)
      finish(exchange, fault.spec.status, fault.code)
      sendFaultOnSocket(socket, fault, headers)
    }
  }
}

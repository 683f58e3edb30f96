import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, type MerchantPrincipal } from '@micro/contracts'
import type { NewId } from '@micro/kernel'
import type { HttpMetrics, Logger, Traces } from '@micro/service'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Verdict } from '../access/credential-cache.ts'
import { commonHeaders, sendFaultOnSocket } from '../answer.ts'
import { beginExchange, tellExchange, type Exchange } from '../exchange.ts'
import type { SetHeader } from '../limits/policy.ts'
import { asFault } from '../pipeline.ts'
import type { Connection, StreamSocket } from './connection.ts'
import type { Hub } from './hub.ts'

export interface UpgradingParts {
  readonly newId: NewId
  readonly log: Logger
  readonly http: HttpMetrics
  readonly traces: Traces
  readonly clientIp: (request: IncomingMessage) => string
  readonly hub: Hub
  readonly draining: () => boolean
}

/** A connection that was judged, and holds a seat until `leave`. */
interface Admitted {
  readonly principal: MerchantPrincipal
  /** Asks whether the credential it came with still holds. */
  readonly verify: () => Promise<Verdict>
  readonly leave: () => void
}

/** How one kind of stream is judged and spoken. */
export interface StreamKind<A extends Admitted> {
  readonly payloadBytesMax: number
  /** The subprotocol it answers with; undefined for none. */
  readonly protocol?: string
  /** Everything is judged before the upgrade, and refused as HTTP. @throws Fault */
  readonly judge: (exchange: Exchange, request: IncomingMessage, setHeader: SetHeader) => Promise<A>
  readonly open: (socket: StreamSocket, admitted: A) => Connection
  /** The socket is gone. */
  readonly closed?: (connection: Connection) => void
}

const socketOf = (webSocket: WebSocket): StreamSocket => ({
  bufferedBytes: () => webSocket.bufferedAmount,
  send: (text, flushed) => webSocket.send(text, flushed),
  close: (code, reason) => webSocket.close(code, reason),
})

/** Joins a granted WebSocket with its connection and the hub, until it closes. */
const attach = <A extends Admitted>(
  { hub, draining }: Pick<UpgradingParts, 'hub' | 'draining'>,
  kind: StreamKind<A>,
  webSocket: WebSocket,
  admitted: A,
): void => {
  let alive = true
  const connection = kind.open(socketOf(webSocket), admitted)
  const remove = hub.add({
    principal: admitted.principal,
    verify: admitted.verify,
    connection,
    isAlive() {
      const answered = alive
      alive = false
      webSocket.ping()
      return answered
    },
    terminate: () => webSocket.terminate(),
  })
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
    kind.closed?.(connection)
    remove()
    admitted.leave()
  })
  // The server began to drain between the judgement and here.
  if (draining()) connection.end(closeCodes.restarting)
}

/** Turns upgrade requests into stream connections of one kind. What it returns answers one request and never rejects. */
export const createUpgrading = <A extends Admitted>(parts: UpgradingParts, kind: StreamKind<A>) => {
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: kind.payloadBytesMax,
    clientTracking: false,
    handleProtocols: (offered) => (kind.protocol !== undefined && offered.has(kind.protocol) ? kind.protocol : false),
  })

  const finish = (exchange: Exchange, status: number, fault?: string): void =>
    tellExchange(parts, exchange, {
      method: 'GET',
      status,
      bytes: 0,
      aborted: false,
      ...(fault === undefined ? {} : { fault }),
    })

  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const exchange = beginExchange(parts, request)
    const headers: Record<string, string> = { ...commonHeaders(exchange.requestId) }
    const setHeader: SetHeader = (name, value) => {
      headers[name] = value
    }
    try {
      const admitted = await parts.traces.within(exchange.span.at, () => kind.judge(exchange, request, setHeader))
      // A handshake that ws refuses (bad key or version) or a socket that is gone never reaches `attach`. One that closed
      // while it was judged says so no more.
      socket.once('close', admitted.leave)
      if (socket.closed) return admitted.leave()
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        finish(exchange, 101)
        attach(parts, kind, webSocket, admitted)
      })
    } catch (error) {
      const fault = asFault(error, parts.log, exchange.requestId)
      finish(exchange, fault.spec.status, fault.code)
      sendFaultOnSocket(socket, fault, headers)
    }
  }
}

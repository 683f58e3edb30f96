import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { Fault, type NewId } from '@micro/kernel'
import { commonHeaders, sendFaultOnSocket } from './answer.ts'
import { boundConnections } from './limits/connections.ts'
import type { TlsFiles } from './tls-files.ts'
import { createUnderWay } from './under-way.ts'

const headerBytesMax = 16 * 1024
const headersMsMax = 10_000

const clientFaults: Readonly<Record<string, () => Fault>> = {
  HPE_HEADER_OVERFLOW: () => new Fault('headers_too_large'),
  ERR_HTTP_REQUEST_TIMEOUT: () => new Fault('body_invalid', { reason: 'the request did not arrive in time' }),
}

export interface ServerHandlers {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly newId: NewId
  /** Undefined: plain HTTP. */
  readonly tls: TlsFiles | undefined
}

// Without a handshake there is no way to answer.
const isTlsError = ({ code = '' }: NodeJS.ErrnoException): boolean => /^ERR_(SSL|TLS)_/.test(code)

export interface ServerBounds {
  /** Connections one address may hold. */
  readonly perAddressMax: number
  /** Addresses that speak for many, and may hold any number. */
  readonly isExempt: (address: string) => boolean
  /** How long a client may take none of an answer, or send none of a request. */
  readonly stalledMsMax: number
  /** How long a request may take to arrive, whatever it sends meanwhile. */
  readonly requestMsMax: number
}

const wantsWebSocket = (request: IncomingMessage): boolean => /^websocket$/i.test(request.headers.upgrade ?? '')

/** An HTTP server that parses strictly, waits for no one for long, and says what was wrong in Micro's envelope. */
export const createHttpServer = (
  { onRequest, onUpgrade, newId, tls }: ServerHandlers,
  bounds: ServerBounds,
): Server => {
  const underWay = createUnderWay()
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    underWay.add(request.socket, response)
    onRequest(request, response)
  }

  const options = {
    maxHeaderSize: headerBytesMax,
    headersTimeout: Math.min(headersMsMax, bounds.requestMsMax),
    requestTimeout: bounds.requestMsMax,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 2_000,
    insecureHTTPParser: false,
    requireHostHeader: false,
    joinDuplicateHeaders: false,
    shouldUpgradeCallback: wantsWebSocket,
  }
  const server =
    tls === undefined
      ? createServer(options, handle)
      : createTlsServer({ ...options, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 }, handle)

  // A client that asks for much and reads nothing would have all of it kept for it.
  server.setTimeout(bounds.stalledMsMax)
  boundConnections(server, bounds)

  const refuse = (socket: Duplex, fault: Fault): void =>
    sendFaultOnSocket(socket, fault, commonHeaders(newId('request')))

  server.on('checkContinue', handle)
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    refuse(
      response.req.socket,
      new Fault('parameter_invalid', { param: 'Expect', reason: "only '100-continue' is known" }),
    )
  })
  server.on('connect', (_request, socket) => {
    refuse(
      socket,
      new Fault('method_not_allowed', {
        method: 'CONNECT',
        path: 'this server',
        allowed: 'GET, HEAD, POST, DELETE, OPTIONS',
      }),
    )
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    onUpgrade(request, socket, head)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || isTlsError(error)) return void socket.destroy()
    if (underWay.endAfterWhole(socket)) return
    refuse(socket, clientFaults[error.code ?? '']?.() ?? new Fault('body_invalid', { reason: 'it is not valid HTTP' }))
  })
  return server
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { Fault, type NewId } from '@micro/kernel'
import { commonHeaders, sendFaultOnSocket } from './answer.ts'

const headerBytesMax = 16 * 1024

/** Why the gateway could not start listening, in a sentence for the person who started it. */
export class ListenError extends Error {
  override name = 'ListenError'
  readonly code: 'port_taken' | 'port_forbidden' | 'address_unavailable' | 'unknown'
  readonly host: string
  readonly port: number

  constructor(code: ListenError['code'], { host, port, cause }: { host: string; port: number; cause: Error }) {
    const texts = {
      port_taken: `Port ${port} on ${host} is taken by another program.`,
      port_forbidden: `This user may not listen on port ${port}; take one above 1023.`,
      address_unavailable: `${host} is not an address of this machine.`,
      unknown: `Cannot listen on ${host}:${port}: ${cause.message}.`,
    }
    super(texts[code], { cause })
    this.code = code
    this.host = host
    this.port = port
  }
}

const listenCodes: Readonly<Record<string, ListenError['code']>> = {
  EADDRINUSE: 'port_taken', EACCES: 'port_forbidden', EADDRNOTAVAIL: 'address_unavailable', ENOTFOUND: 'address_unavailable',
}

const clientFaults: Readonly<Record<string, () => Fault>> = {
  HPE_HEADER_OVERFLOW: () => new Fault('headers_too_large'),
  ERR_HTTP_REQUEST_TIMEOUT: () => new Fault('body_invalid', { reason: 'the request did not arrive in time' }),
}

export interface ServerHandlers {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly newId: NewId
}

const wantsWebSocket = (request: IncomingMessage): boolean => /^websocket$/i.test(request.headers.upgrade ?? '')

/** An HTTP server that parses strictly, waits for no one for long, and says what was wrong in Micro's envelope. */
export const createHttpServer = ({ onRequest, onUpgrade, newId }: ServerHandlers): Server => {
  // Which answer each socket is at, so that a complaint about malformed bytes never cuts into one under way.
  const current = new WeakMap<Duplex, ServerResponse>()
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    current.set(request.socket, response)
    onRequest(request, response)
  }

  const server = createServer(
    {
      maxHeaderSize: headerBytesMax, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: 2_000,
      insecureHTTPParser: false, requireHostHeader: false, joinDuplicateHeaders: false, shouldUpgradeCallback: wantsWebSocket,
    },
    handle,
  )

  const refuse = (socket: Duplex, fault: Fault): void => sendFaultOnSocket(socket, fault, commonHeaders(newId('request')))

  server.on('checkContinue', handle)
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    refuse(response.req.socket, new Fault('parameter_invalid', { param: 'Expect', reason: "only '100-continue' is known" }))
  })
  server.on('connect', (_request, socket) => {
    refuse(socket, new Fault('method_not_allowed', { method: 'CONNECT', path: 'this server', allowed: 'GET, HEAD, POST, DELETE, OPTIONS' }))
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    onUpgrade(request, socket, head)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = current.get(socket)
    const answering = response !== undefined && response.headersSent && !response.writableFinished
    if (error.code === 'ECONNRESET' || answering) return void socket.destroy()
    refuse(socket, clientFaults[error.code ?? '']?.() ?? new Fault('body_invalid', { reason: 'it is not valid HTTP' }))
  })
  return server
}

/** Starts listening. @throws ListenError */
export const listenOn = (server: Server, { host, port }: { host: string; port: number }): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      reject(new ListenError(listenCodes[cause.code ?? ''] ?? 'unknown', { host, port, cause }))
    }
    server.once('error', fail)
    server.listen({ host, port }, () => {
      server.off('error', fail)
      resolve(server.address() as AddressInfo)
    })
  })

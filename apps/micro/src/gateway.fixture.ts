import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ClientFrame, Event, ServerFrame } from '@micro/contracts'
import { WebSocketServer, type WebSocket } from 'ws'

/** A request as a test wants to look at it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const piece of request as AsyncIterable<Buffer>) text += piece.toString('utf8')
  return text
}

export const listen = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  )

/** An HTTP server over one function; a returned object is the JSON answer, undefined an answer never given. */
export const httpServer = async (
  answer: (
    seen: Seen,
    response: ServerResponse,
  ) => { status: number; body?: unknown; headers?: Record<string, string> } | undefined,
) => {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      seen.push(one)
      const answered = answer(one, response)
      if (answered === undefined) return
      response.writeHead(answered.status, { 'content-type': 'application/json', ...answered.headers })
      response.end(typeof answered.body === 'string' ? answered.body : JSON.stringify(answered.body ?? {}))
    })
  })
  const url = await listen(server)
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url, seen, server, close, [Symbol.asyncDispose]: close }
}

export const fault = (status: number, message: string) => ({
  status,
  body: { error: { type: 'invalid_request_error', message } },
})

export const eventOf = (
  seq: number,
  over: Partial<Event> = {},
  object: Record<string, unknown> = { id: `pi_${seq}` },
): Event => ({
  id: `evt_${seq}`,
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_700_000_000,
  data: { object },
  livemode: false,
  pending_webhooks: 0,
  request: { id: null, idempotency_key: null },
  type: 'payment_intent.succeeded',
  ...over,
})

/** One client's connection, as the server sees it. */
export interface Peer {
  readonly socket: WebSocket
  readonly headers: IncomingMessage['headers']
  readonly frames: ClientFrame[]
  send(frame: ServerFrame): void
  /** What the client resumed from; undefined before it did. */
  resumedAfter(): number | null | undefined
  acked(): number | undefined
}

/** A gateway with only its stream: says hello, and leaves the rest to the test. `onResume` answers a resume. */
export const streamServer = async (options: {
  refuse?: () => ReturnType<typeof fault> | undefined
  onResume?: (peer: Peer, after: number | null, connection: number) => void
  headSeq?: number
}) => {
  const peers: Peer[] = []
  const http = await httpServer(() => fault(404, 'nothing here'))
  const sockets = new WebSocketServer({ noServer: true })
  http.server.on('upgrade', (request, socket, head) => {
    const refused = options.refuse?.()
    if (refused !== undefined) {
      const body = JSON.stringify(refused.body)
      socket.end(
        `HTTP/1.1 ${refused.status} No\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      )
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const frames: ClientFrame[] = []
      const last = <T extends ClientFrame['type']>(type: T) =>
        frames.findLast((frame) => frame.type === type) as Extract<ClientFrame, { type: T }> | undefined
      const peer: Peer = {
        socket: webSocket,
        headers: request.headers,
        frames,
        send: (frame) => webSocket.send(JSON.stringify(frame)),
        resumedAfter: () => last('resume')?.after,
        acked: () => last('ack')?.seq,
      }
      peers.push(peer)
      webSocket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString('utf8')) as ClientFrame
        frames.push(frame)
        if (frame.type === 'resume') options.onResume?.(peer, frame.after, peers.length)
      })
      peer.send({ type: 'hello', session: 'cliws_1', merchant: 'acct_a', mode: 'test', head_seq: options.headSeq ?? 0 })
    })
  })
  const close = async () => {
    for (const { socket } of peers) socket.terminate()
    await http.close()
  }
  return { url: http.url, peers, close, [Symbol.asyncDispose]: close }
}

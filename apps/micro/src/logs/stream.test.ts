import { ConnectionError } from '@micro/client'
import { cliProtocol, type RequestLog } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { eventually } from '@micro/testing'
import { afterEach, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { fault, httpServer } from '../gateway.fixture.ts'
import { requestOf } from './logs.fixture.ts'
import type { Gap, Missed } from './missed.ts'
import { followLog } from './stream.ts'

let closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

/** A gateway with only the log's WebSocket. */
const logServer = async () => {
  const peers: WebSocket[] = []
  const http = await httpServer(() => fault(404, 'nothing here'))
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => cliProtocol })
  http.server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (webSocket) => void peers.push(webSocket)),
  )
  closing.push(async () => {
    for (const peer of peers) peer.terminate()
    await http.close()
  })
  const send = (request: RequestLog): void =>
    peers.at(-1)?.send(JSON.stringify({ type: 'request_log_event', request_log: request }))
  return { url: http.url.replace('http', 'ws'), peers, send, cut: () => peers.at(-1)?.terminate() }
}

const openedSeconds = 1_800_000_000

/** Follows its log; `read` is what the server remembers of a gap. */
const follow = (url: string, read: (gap: Gap) => Promise<Missed>) => {
  const stopping = new AbortController()
  const said: string[] = []
  const gaps: Gap[] = []
  let sessions = 0
  const ended = followLog({
    userAgent: 'Micro/test',
    signal: stopping.signal,
    backoff: { msMin: 2, msMax: 8 },
    settleMs: 1,
    open: () =>
      Promise.resolve({
        session: { websocket_id: 'cliws_1', websocket_url: url },
        requestId: `req_session${++sessions}`,
        openedSeconds,
        openedMs: monotonicMs(),
      }),
    readMissed(gap) {
      gaps.push(gap)
      return read(gap)
    },
    onReady: (again) => said.push(again ? 'again' : 'ready'),
    onLost: () => said.push('lost'),
    onMissed: (reason) => said.push(reason),
    onRequest: ({ path }) => said.push(path),
  })
  closing.push(() => {
    stopping.abort()
    return ended
  })
  return { said, gaps }
}
const pathOf = (at: number): string => requestOf(at).path
const nothing: Missed = { requests: [], complete: true }

test('what was answered while the connection was gone comes first, in order, and what was told already not again', async () => {
  const server = await logServer()
  const reading = Promise.withResolvers<Missed>()
  const { said, gaps } = follow(server.url, () => reading.promise)
  await eventually(() => expect(said).toEqual(['ready']))
  server.send(requestOf(1))
  await eventually(() => expect(said).toEqual(['ready', pathOf(1)]))
  server.cut()
  await eventually(() => expect(gaps).toHaveLength(1))
  // Answered after the connection was back, so it is told live, and may be in the list as well.
  server.send(requestOf(4))
  server.send(requestOf(5))
  reading.resolve({
    requests: [requestOf(0, { id: 'req_session2' }), requestOf(1), requestOf(2), requestOf(3), requestOf(4)],
    complete: true,
  })
  await eventually(() => expect(said).toContain(pathOf(5)))
  expect(said).toEqual(['ready', pathOf(1), 'lost', 'again', pathOf(2), pathOf(3), pathOf(4), pathOf(5)])
  server.send(requestOf(6))
  await eventually(() => expect(said.at(-1)).toBe(pathOf(6)))
  // Nothing from before it began to look on.
  expect(gaps[0]?.sinceSeconds).toBe(openedSeconds)
})

test('a connection that is lost again before it was read leaves one gap, from the first loss on', async () => {
  const server = await logServer()
  let reads = 0
  const { said, gaps } = follow(server.url, () =>
    ++reads === 1
      ? new Promise<Missed>(() => {})
      : Promise.resolve({ requests: [requestOf(1), requestOf(2)], complete: true }),
  )
  await eventually(() => expect(said).toEqual(['ready']))
  server.cut()
  await eventually(() => expect(gaps).toHaveLength(1))
  server.cut()
  await eventually(() => expect(said).toEqual(['ready', 'lost', 'again', 'lost', 'again', pathOf(1), pathOf(2)]))
  expect(gaps[1]).toEqual(gaps[0])
})

test('what the server no longer remembers is told before what it does', async () => {
  const server = await logServer()
  const { said } = follow(server.url, () => Promise.resolve({ requests: [requestOf(9)], complete: false }))
  await eventually(() => expect(said).toEqual(['ready']))
  server.cut()
  await eventually(() => expect(said).toContain(pathOf(9)))
  expect(said.slice(2)).toEqual(['again', 'The server no longer remembers all that was answered meanwhile.', pathOf(9)])
})

test('a list that cannot be read is tried again; when it stays so, that is told and the log goes on', async () => {
  const server = await logServer()
  let reads = 0
  const { said } = follow(server.url, () =>
    ++reads === 2 ? Promise.resolve(nothing) : Promise.reject(new ConnectionError('Redis is away')),
  )
  await eventually(() => expect(said).toEqual(['ready']))
  server.cut()
  await eventually(() => expect(reads).toBe(2))
  server.cut()
  await eventually(() => expect(said.at(-1)).toBe('What was answered meanwhile cannot be read: Redis is away'))
  expect(reads).toBe(7)
  server.send(requestOf(3))
  await eventually(() => expect(said.at(-1)).toBe(pathOf(3)))
})

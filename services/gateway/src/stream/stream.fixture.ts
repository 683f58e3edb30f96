import type { IncomingMessage } from 'node:http'
import type { ServerFrame } from '@micro/contracts'
import { WebSocket } from 'ws'
import type { World } from '../gateway.fixture.ts'

export interface StreamClient {
  readonly socket: WebSocket
  readonly frames: ServerFrame[]
  readonly closed: Promise<{ code: number; reason: string }>
  send(frame: object): void
  seqs(): number[]
  /** Ids of the events received, which name merchant and mode in these tests. */
  ids(): string[]
}

/** Opens a stream; resolves once the socket is open. */
export const openStream = (
  world: World,
  key: string,
  options: { headers?: Record<string, string>; resume?: number | null } = {},
): Promise<StreamClient> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}/ws`, {
      headers: { authorization: `Bearer ${key}`, ...options.headers },
    })
    const frames: ServerFrame[] = []
    const closed = new Promise<{ code: number; reason: string }>((done) => {
      socket.on('close', (code, reason) => done({ code, reason: reason.toString() }))
    })
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as ServerFrame
      frames.push(frame)
      if (frame.type === 'hello' && options.resume !== undefined)
        socket.send(JSON.stringify({ type: 'resume', after: options.resume }))
    })
    const events = () => frames.flatMap((frame) => (frame.type === 'event' ? [frame] : []))
    const client: StreamClient = {
      socket,
      frames,
      closed,
      send: (frame) => socket.send(JSON.stringify(frame)),
      seqs: () => events().map(({ seq }) => seq),
      ids: () => events().map(({ event }) => event.id),
    }
    socket.on('open', () => resolve(client))
    socket.on('error', reject)
  })

/** Tries to open a stream that must be refused as HTTP. */
export const refusedStream = (
  world: World,
  headers: Record<string, string>,
  path = '/ws',
): Promise<{ status: number; code: unknown; headers: IncomingMessage['headers'] }> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}${path}`, { headers })
    socket.on('open', () => reject(new Error('the upgrade was granted')))
    socket.on('error', () => {})
    socket.on('unexpected-response', (_request, response: IncomingMessage) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => {
        const { error } = JSON.parse(text) as { error: { code?: string } }
        resolve({ status: response.statusCode ?? 0, code: error.code, headers: response.headers })
      })
    })
  })

// WebSockets that listen, to Micro and to what stands beside it.
import { once } from 'node:events'
import type { ServerFrame } from '@micro/contracts'
import WebSocket from 'ws'
import { machineUs } from './program.ts'

/** Opened at a time, so that a server's queue of connections never overflows. */
const openingMax = 100

export type Hear = (frame: string, atUs: number) => void

/** Follows a merchant's events from now on; resolves when it is ready. */
const follow = async (url: string, key: string, { hear, acknowledges }: Listening): Promise<WebSocket> => {
  const headers = { authorization: `Bearer ${key}` }
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers, perMessageDeflate: false })
  const ready = Promise.withResolvers<void>()
  let flows = false
  socket.on('message', (data: Buffer) => {
    const atUs = machineUs()
    const text = data.toString()
    if (flows) {
      hear(text, atUs)
      if (acknowledges) socket.send(JSON.stringify({ type: 'ack', seq: (JSON.parse(text) as { seq: number }).seq }))
      return
    }
    const frame = JSON.parse(text) as ServerFrame
    if (frame.type === 'hello') socket.send(JSON.stringify({ type: 'resume', after: null }))
    if (frame.type === 'ready') ready.resolve((flows = true) as never)
  })
  socket.on('error', ready.reject)
  await ready.promise
  return socket
}

export interface Listening {
  readonly hear: Hear
  /** Each event, as a client does that may have as many as it wants. */
  readonly acknowledges: boolean
}

const openBare = async (url: string, hear: Hear): Promise<WebSocket> => {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  socket.on('message', (data: Buffer) => hear(data.toString(), machineUs()))
  await once(socket, 'open')
  return socket
}

const many = async (count: number, open: () => Promise<WebSocket>): Promise<WebSocket[]> => {
  const sockets: WebSocket[] = []
  while (sockets.length < count)
    sockets.push(
      ...(await Promise.all(Array.from({ length: Math.min(openingMax, count - sockets.length) }, () => open()))),
    )
  return sockets
}

export const followers = (count: number, { url, key }: { url: string; key: string }, listening: Listening) =>
  many(count, () => follow(url, key, listening))

export const bareSockets = (count: number, url: string, hear: Hear) => many(count, () => openBare(url, hear))

export const closeAll = async (sockets: readonly WebSocket[]): Promise<void> => {
  await Promise.all(
    sockets.map(async (socket) => {
      const closed = once(socket, 'close')
      socket.terminate()
      await closed
    }),
  )
}

import { setTimeout as delay } from 'node:timers/promises'
import type { ServerFrame } from '@micro/contracts'
import WebSocket from 'ws'

/** One event as one connection brought it. */
export interface Heard {
  readonly connection: number
  readonly seq: number
  readonly id: string
  readonly type: string
  readonly object: string
}

export interface Listener {
  readonly heard: readonly Heard[]
  /** Ends that mean that something is wrong: refusals for good, errors in the protocol. */
  readonly complaints: readonly string[]
  stop(): Promise<void>
}

const reconnectMs = 100
const silenceMsMax = 5_000

/** Follows a merchant's events from the first on, over as many connections as it takes. */
export const listen = (url: string, key: string): Listener => {
  const heard: Heard[] = []
  const complaints: string[] = []
  let isOver = false
  let connection = 0
  let after = 0
  let socket: WebSocket | undefined

  const follow = (): Promise<void> =>
    new Promise((resolve) => {
      const current = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
        headers: { authorization: `Bearer ${key}` },
        handshakeTimeout: silenceMsMax,
      })
      const mine = ++connection
      socket = current
      // A host that vanished closes nothing: silence counts as the end.
      let isAlive = true
      const heartbeat = setInterval(() => {
        if (!isAlive) return current.terminate()
        isAlive = false
        if (current.readyState === WebSocket.OPEN) current.ping()
      }, silenceMsMax)
      current.on('pong', () => {
        isAlive = true
      })
      current.on('message', (data: Buffer) => {
        isAlive = true
        const frame = JSON.parse(data.toString()) as ServerFrame
        if (frame.type === 'hello') current.send(JSON.stringify({ type: 'resume', after }))
        if (frame.type === 'error' && frame.code !== 'upstream_unavailable') complaints.push(`told ${frame.code}`)
        if (frame.type !== 'event') return
        const { seq, event } = frame
        heard.push({ connection: mine, seq, id: event.id, type: event.type, object: String(event.data.object['id']) })
        after = Math.max(after, seq)
        current.send(JSON.stringify({ type: 'ack', seq }))
      })
      current.on('unexpected-response', (request, response) => {
        const { statusCode = 0 } = response
        if (![429, 503, 504].includes(statusCode)) complaints.push(`refused with ${statusCode}`)
        request.destroy()
        current.terminate()
      })
      current.on('error', () => {})
      current.on('close', (code) => {
        clearInterval(heartbeat)
        if (code >= 4000) complaints.push(`closed with ${code}`)
        resolve()
      })
    })

  const following = (async () => {
    while (!isOver) {
      await follow()
      if (!isOver) await delay(reconnectMs)
    }
  })()
  return {
    heard,
    complaints,
    async stop() {
      isOver = true
      socket?.terminate()
      await following
    },
  }
}

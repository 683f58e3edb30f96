// The floors: a WebSocket server that echoes, the same that tells all at once, and a loop of HTTP posts.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Agent, request } from 'undici'
import { WebSocketServer } from 'ws'
import { bodyOf, frameOf } from './message.ts'
import { machineUs, obey } from './program.ts'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
await once(server, 'listening')
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => socket.send(data.toString()))
})

obey({
  where: () => ({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  /** Sends one frame to everybody; when it began. */
  tell({ nth }: { nth: number }): number {
    const beganUs = machineUs()
    const frame = frameOf(nth)
    for (const socket of server.clients) socket.send(frame)
    return beganUs
  },
  /** As many posts as `count`, so many at a time; how long they took, in ms. */
  async post({ url, count, concurrency }: { url: string; count: number; concurrency: number }): Promise<number> {
    const dispatcher = new Agent({ pipelining: 1 })
    let next = 0
    const beganUs = machineUs()
    const work = async (): Promise<void> => {
      while (next < count) {
        const headers = { 'content-type': 'application/json; charset=utf-8' }
        const answer = await request(url, { dispatcher, method: 'POST', headers, body: bodyOf(next++) })
        await answer.body.dump()
      }
    }
    await Promise.all(Array.from({ length: concurrency }, work))
    const tookMs = (machineUs() - beganUs) / 1_000
    await dispatcher.close()
    return tookMs
  },
})

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from '@micro/testing'
import type { Running } from './harness.ts'

export interface Received {
  headers: IncomingMessage['headers']
  body: string
  event: { id: string; type: string; data: { object: { id: string } } }
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** Answers with this status from now on. */
  readonly answer: (status: number) => void
  readonly close: () => void
}

/** The developer's own server: what a webhook is forwarded to. */
export const receiver = async (status = 200): Promise<Receiver> => {
  let current = status
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      received.push({ headers: request.headers, body, event: JSON.parse(body) as Received['event'] })
      response.writeHead(current).end(current === 200 ? 'ok' : 'it broke')
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    received,
    answer: (next) => void (current = next),
    close: () => server.close(),
  }
}

/** Waits until `micro listen` says that it listens. */
export const ready = (listener: Running) =>
  eventually(
    () => {
      if (!listener.stdout().includes('Ready!')) throw new Error(`not ready:\n${listener.stdout()}${listener.stderr()}`)
    },
    { timeoutMs: 60_000 },
  )

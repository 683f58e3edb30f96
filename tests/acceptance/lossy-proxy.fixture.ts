import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LossyProxy {
  readonly url: string
  /** Requests it handed on, as `POST /v1/refunds`. */
  readonly handedOn: string[]
  /** The next request that begins so is done, and its answer lost: twice, since many clients try once more at once. */
  loseAnswerOf(call: string, times?: number): void
  /** The next request that begins so does not arrive, and when it is tried once more does not either. */
  loseRequest(call: string, times?: number): void
  stop(): Promise<void>
}

/** Stands before a server and hands on what it is told, losing requests or answers on the way when asked to. */
export const startLossyProxy = async (target: () => string): Promise<LossyProxy> => {
  const answersToLose: string[] = []
  const requestsToLose: string[] = []
  const handedOn: string[] = []
  const take = (from: string[], call: string): boolean => {
    const at = from.findIndex((each) => call.startsWith(each))
    if (at >= 0) from.splice(at, 1)
    return at >= 0
  }
  const server = createServer((incoming, outgoing) => {
    const call = `${incoming.method} ${incoming.url}`
    if (take(requestsToLose, call)) {
      incoming.socket.destroy()
      return
    }
    const lost = take(answersToLose, call)
    handedOn.push(call)
    const { host: _host, ...headers } = incoming.headers
    const onward = request(new URL(incoming.url ?? '/', target()), { method: incoming.method, headers })
    onward.on('response', (answer: IncomingMessage) => {
      if (lost) {
        answer.resume().on('end', () => incoming.socket.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => incoming.socket.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handedOn,
    loseAnswerOf: (call, times = 2) => void answersToLose.push(...Array<string>(times).fill(call)),
    loseRequest: (call, times = 2) => void requestsToLose.push(...Array<string>(times).fill(call)),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

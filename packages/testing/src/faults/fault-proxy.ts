import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { seededRandom } from '../random.ts'
import { createLink, type Link } from './link.ts'
import { createToxics, type Toxic } from './toxics.ts'

export interface FaultProxy extends AsyncDisposable {
  readonly port: number
  /** Connections that are open. */
  readonly connections: number
  /** Makes something go wrong from now on, on open connections too; what it gives back takes it away again. */
  add(toxic: Toxic): () => void
  /** Nothing is wrong any more; what a connection has lost stays lost. */
  heal(): void
  /** Resets every open connection. */
  cut(): void
  /** Resets every open connection and refuses new ones, until `up`. */
  down(): Promise<void>
  up(): Promise<void>
  /** Where new connections lead from now on: ports of 127.0.0.1, taken in turns. */
  lead(ports: readonly number[]): void
  stop(): Promise<void>
}

const dialPort = (port: number) =>
  new Promise<Socket | undefined>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })

const listen = (server: Server, port: number) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

/**
 * A TCP proxy on a free port of 127.0.0.1 that can spoil what passes, in toxiproxy's vocabulary. The same seed spoils
 * in the same way, as far as the traffic is the same. With several ports it is a plain load balancer: each connection
 * goes to the next, past those where nobody listens.
 */
export const startFaultProxy = async (options: { to: readonly number[]; seed?: number }): Promise<FaultProxy> => {
  const random = seededRandom(options.seed ?? 1)
  const toxics = createToxics(random)
  const links = new Set<Link>()
  let targets = options.to
  let turn = 0

  const dial = async (): Promise<Socket | undefined> => {
    const tries = targets.length
    for (let at = 0; at < tries; at++) {
      const port = targets[turn++ % targets.length]
      const socket = port === undefined ? undefined : await dialPort(port)
      if (socket !== undefined) return socket
    }
    return undefined
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const link = createLink({ client, dial, affliction: toxics.for(), random })
    links.add(link)
    void link.closed.then(() => links.delete(link))
  })
  const port = await listen(server, 0)
  server.on('error', () => {})

  const cut = (): void => {
    for (const link of links) link.reset()
  }
  const down = async (): Promise<void> => {
    if (!server.listening) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    cut()
    await closed
  }

  return {
    port,
    get connections() {
      return links.size
    },
    add: toxics.add,
    heal: toxics.clear,
    cut,
    down,
    async up() {
      if (!server.listening) await listen(server, port)
    },
    lead(ports) {
      targets = ports
    },
    stop: down,
    [Symbol.asyncDispose]: down,
  }
}

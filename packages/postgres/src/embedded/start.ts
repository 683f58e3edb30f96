import { chmod, mkdir, realpath } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { findBinaries } from './binaries.ts'
import { ensureCluster, layoutOf } from './cluster.ts'
import { EmbeddedPostgresError, explainFileErrors } from './errors.ts'
import { stopLeftovers } from './processes.ts'
import { startServer, type Server, type ServerOptions } from './server.ts'
import { bySocket, removeSockets } from './socket.ts'
import { serverUser } from './user.ts'

export type EmbeddedOptions = {
  /** Holds the cluster, its log and `secrets/`. Created if missing. The caller holds lockDirectory on it. */
  directory: string
  /** TCP port on 127.0.0.1. Default: a free one. */
  port?: number
  /** False gives up crash safety for speed: only for clusters that are thrown away. Default true. */
  durable?: boolean
}

export interface EmbeddedPostgres {
  port: number
  superuserUrl(database: string): string
  /** A URL of this server, changed to the fastest way there is to it from this machine. */
  nearestUrl(url: string): string
  pid: number
  /** Resolves with the exit code (null after a signal) when the server ends, asked or not. */
  exited: Promise<number | null>
  /** Ends the sessions, writes everything down, waits for the exit; harder after 20 s. */
  stop(): Promise<void>
  /** Ends it at once, without waiting: the next start recovers, as after a power cut. */
  abandon(): void
  /** Whether this start made the cluster. */
  freshlyCreated: boolean
}

const portTries = 3

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** A free port may be taken by someone else before PostgreSQL binds it, so that one is chosen anew. */
const startOnFreePort = async (options: Omit<ServerOptions, 'port'>): Promise<{ server: Server; port: number }> => {
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    try {
      return { server: await startServer({ ...options, port }), port }
    } catch (error) {
      const wasTaken = error instanceof EmbeddedPostgresError && error.message.includes('already in use')
      if (!wasTaken || tries === portTries) throw error
    }
  }
}

const prepareDirectory = async (path: string) => {
  await mkdir(path, { recursive: true, mode: 0o755 })
  return realpath(path)
}

/**
 * Starts a real PostgreSQL on `directory`, creating the cluster the first time and cleaning up after a predecessor
 * that was killed. Throws EmbeddedPostgresError with one clear sentence.
 */
export const startEmbeddedPostgres = (options: EmbeddedOptions): Promise<EmbeddedPostgres> =>
  explainFileErrors(options.directory, async () => {
    const { durable = true } = options
    const user = serverUser()
    const binaries = await findBinaries(user)
    const layout = layoutOf(await prepareDirectory(options.directory))
    await mkdir(layout.secrets, { recursive: true, mode: 0o700 })
    await chmod(layout.secrets, 0o700)
    await stopLeftovers(layout.cluster)
    await removeSockets(layout.cluster)
    const { password, freshlyCreated } = await ensureCluster({ layout, binaries, user, durable })
    const common = { layout, binaries, user, durable }
    const { server, port } = options.port
      ? { server: await startServer({ ...common, port: options.port }), port: options.port }
      : await startOnFreePort(common)
    return {
      port,
      superuserUrl: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
      nearestUrl: (url) => bySocket(url, { cluster: layout.cluster, port }),
      freshlyCreated,
      ...server,
    }
  })

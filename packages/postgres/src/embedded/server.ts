import { spawn, type ChildProcess } from 'node:child_process'
import { open, rename, stat } from 'node:fs/promises'
import type { Binaries } from './binaries.ts'
import { clusterPath, type Layout } from './cluster.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { readPidFile, waitUntil } from './processes.ts'
import { socketDirectories } from './socket.ts'
import type { ServerUser } from './user.ts'

export type ServerOptions = {
  layout: Layout
  binaries: Binaries
  user: ServerUser | undefined
  port: number
  durable: boolean
}

export type Server = {
  pid: number
  exited: Promise<number | null>
  stop: () => Promise<void>
  abandon: () => void
}

const startMsMax = 60_000
const stopMsMax = { fast: 20_000, immediate: 5_000 }
const logBytesMax = 10_000_000

const settings = ({ port, durable }: ServerOptions): string[] =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: socketDirectories,
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%u@%d ',
    logging_collector: 'off',
    // Plans made while the tables are empty suit few others, and statistics come sooner than after the usual minute. Not
    // much sooner: each time they come, every connection plans its statements anew.
    autovacuum_naptime: '30s',
    // Who looks at what connections do asks pg_stat_activity.
    update_process_title: 'off',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

const openLog = async (path: string) => {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > logBytesMax) await rename(path, `${path}.old`)
  return open(path, 'a', 0o600)
}

const readLogFrom = async (path: string, position: number) => {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(16_384), position })
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Why the server did not come up, in one sentence. */
const startFailure = ({ port, layout }: ServerOptions, log: string) => {
  if (/Address already in use/.test(log)) return `port ${port} is already in use`
  const fatal = /(?:FATAL|PANIC):\s*(.*)/.exec(log)?.[1]
  return `PostgreSQL did not start${fatal ? `: ${fatal}` : ''} (see ${layout.log})`
}

const stopServer = async (child: ChildProcess, exited: Promise<unknown>, durable: boolean) => {
  let hasExited = false
  void exited.then(() => (hasExited = true))
  // Nothing is worth a checkpoint in a cluster that is not kept.
  if (durable) {
    child.kill('SIGINT')
    if (await waitUntil(() => hasExited, stopMsMax.fast)) return
  }
  child.kill('SIGQUIT')
  if (await waitUntil(() => hasExited, stopMsMax.immediate)) return
  child.kill('SIGKILL')
  await exited
}

/** Starts the server and resolves when it takes connections. Throws EmbeddedPostgresError saying why it does not. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const { layout, binaries, user, durable } = options
  const log = await openLog(layout.log)
  const { size } = await log.stat()
  const child = spawn(binaries.postgres, ['-D', clusterPath(layout.cluster, user), ...settings(options)], {
    cwd: layout.cluster,
    env: binaries.env,
    ...user,
    // Its own session, so that Ctrl-C in the terminal reaches us alone and we end the services first.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
    child.once('error', () => resolve(null))
  })
  let hasExited = false
  void exited.then(() => (hasExited = true))
  await log.close()

  const isReady = async () => {
    const found = await readPidFile(layout.cluster)
    return hasExited || (found?.pid === child.pid && found?.isReady === true)
  }
  const inTime = await waitUntil(isReady, startMsMax)
  if (hasExited) throw new EmbeddedPostgresError(startFailure(options, await readLogFrom(layout.log, size)))
  const stop = () => stopServer(child, exited, durable)
  if (!inTime || child.pid === undefined) {
    await stop()
    throw new EmbeddedPostgresError(`PostgreSQL was not ready within ${startMsMax / 1000} s (see ${layout.log})`)
  }
  let stopping: Promise<void> | undefined
  return { pid: child.pid, exited, stop: () => (stopping ??= stop()), abandon: () => void child.kill('SIGQUIT') }
}

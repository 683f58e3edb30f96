import { execFileSync } from 'node:child_process'
import { startEmbeddedPostgres } from '@micro/postgres'

/** A PostgreSQL server as an operator's machine has it: durable, at one port for good, ended by whatever ends servers. */
export interface FaultyPostgres {
  superuserUrl(database: string): string
  /** kill -9 of the postmaster and of every process below it. */
  kill(): Promise<void>
  /** What `pg_ctl stop -m immediate` does: sessions are cut off, nothing is written down. */
  stopNow(): Promise<void>
  /** Stops every process of the server, answering nothing and closing nothing, until `thaw`. */
  freeze(): void
  thaw(): void
  readonly isRunning: boolean
  /** Starts it where it is not running; recovers what its end left behind. */
  start(): Promise<void>
  /** Ends it for good, however it is. */
  stop(): Promise<void>
}

/** The postmaster and its children; each child leads a process group of its own, so the group would not do. */
const familyOf = (postmaster: number): number[] => {
  const children = (() => {
    try {
      return execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' })
    } catch {
      return ''
    }
  })()
  return [postmaster, ...children.trim().split(/\s+/).filter(Boolean).map(Number)]
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // Gone already.
  }
}

export const startFaultyPostgres = async (directory: string): Promise<FaultyPostgres> => {
  let server = await startEmbeddedPostgres({ directory, durable: true })
  const { port, superuserUrl } = server
  let isRunning = true
  const watch = (): void => {
    const watched = server
    isRunning = true
    void watched.exited.then(() => {
      if (server === watched) isRunning = false
    })
  }
  watch()
  const signalAll = (name: NodeJS.Signals): void => {
    for (const pid of familyOf(server.pid)) signal(pid, name)
  }
  return {
    superuserUrl,
    get isRunning() {
      return isRunning
    },
    async kill() {
      signalAll('SIGKILL')
      await server.exited
    },
    async stopNow() {
      signal(server.pid, 'SIGQUIT')
      await server.exited
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    async start() {
      if (isRunning) return
      server = await startEmbeddedPostgres({ directory, port, durable: true })
      watch()
    },
    async stop() {
      if (!isRunning) return
      signalAll('SIGKILL')
      await server.exited
    },
  }
}

import { monotonicMs } from '@micro/kernel'
import pg from 'pg'
import { ConnectionError } from './errors.ts'
import { noObserver, type DatabaseObserver } from './observer.ts'
import { columnTypes } from './types.ts'

/** What a database is opened with. `*Ms` are milliseconds. */
export type DatabaseOptions = {
  url: string
  applicationName: string
  /** Connections at most. Default 10. */
  poolSize?: number
  /** Off behind pgbouncer in transaction mode; session settings are then left to its configuration. Default on. */
  namedStatements?: boolean
  /** Server-side limit of one statement. Default 30 s. */
  statementTimeoutMs?: number
  /** How long a server may say nothing before its connection counts as lost. Default 5 s more than a statement has. */
  answerTimeoutMs?: number
  /** How long a transaction may leave the server waiting for its next statement, locks in hand. Default 10 s. */
  transactionPauseMsMax?: number
  /** How long a caller waits for a connection before it gets a ConnectionError. Default 5 s. */
  acquireTimeoutMs?: number
  /** Default: nobody looks on. */
  observer?: DatabaseObserver
}

export type Pool = {
  acquire: () => Promise<pg.PoolClient>
  close: () => Promise<void>
}

const ignore = () => {}

/** Opens no connection by itself; connections are made when first needed and replaced after they broke. */
export const createPool = (options: DatabaseOptions): Pool => {
  const { namedStatements = true, statementTimeoutMs = 30_000, poolSize = 10, observer = noObserver } = options
  const { answerTimeoutMs = statementTimeoutMs + 5_000, transactionPauseMsMax = 10_000 } = options
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: poolSize,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // A host that vanished, or froze, closes nothing; the kernel would wait for it for many minutes.
    query_timeout: answerTimeoutMs,
    pipeline: true,
    types: columnTypes,
    // pgbouncer refuses startup parameters that it does not know.
    ...(namedStatements
      ? {
          statement_timeout: statementTimeoutMs,
          // Whoever froze or vanished within a transaction must not keep its locks from those who go on.
          idle_in_transaction_session_timeout: transactionPauseMsMax,
        }
      : {}),
  } as pg.PoolConfig)
  // Without a listener the loss of an idle connection would end the process. The pool drops the connection itself,
  // and whoever was using one gets the error from its own statement.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  observer.opened(() => ({
    max: poolSize,
    open: pool.totalCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  }))
  return {
    acquire: async () => {
      const askedMs = monotonicMs()
      try {
        const client = await pool.connect()
        observer.acquired(monotonicMs() - askedMs, 'ok')
        return client
      } catch (cause) {
        observer.acquired(monotonicMs() - askedMs, 'failed')
        const reason = cause instanceof Error ? cause.message : String(cause)
        throw new ConnectionError(`no database connection: ${reason}`, { cause })
      }
    },
    close: () => pool.end(),
  }
}

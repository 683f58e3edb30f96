import type { PoolClient, QueryConfig, QueryResult } from 'pg'
import { isPrepared, sendBatch, type Statement } from './batch.ts'

const held = new WeakSet<object>()

/**
 * Holds back what is sent on this connection until the current turn of the event loop ends, so that it leaves in one
 * packet. The driver writes each statement by itself, and each write costs a system call and wakes the server once.
 */
export const sendTogether = ({ connection: { stream } }: PoolClient): void => {
  if (held.has(stream)) return
  held.add(stream)
  stream.cork()
  process.nextTick(() => {
    held.delete(stream)
    stream.uncork()
  })
}

const gathered = new WeakMap<PoolClient, Statement[]>()

const leave = (client: PoolClient, statements: readonly Statement[]): void => {
  if (statements.length > 1) return sendBatch(client, statements)
  for (const { query, resolve, reject } of statements) client.query(query).then(resolve, reject)
}

/** In their order; those that are prepared, and follow each other, as one. */
const leaveAll = (client: PoolClient): void => {
  const statements = gathered.get(client) ?? []
  gathered.delete(client)
  sendTogether(client)
  let batch: Statement[] = []
  for (const statement of statements) {
    if (isPrepared(client, statement.query)) {
      batch.push(statement)
      continue
    }
    leave(client, batch)
    batch = []
    leave(client, [statement])
  }
  leave(client, batch)
}

/** Sends a statement of a transaction together with all others of this turn of the event loop, in the order of the calls. */
export const sendWithOthers = (client: PoolClient, query: QueryConfig): Promise<QueryResult> =>
  new Promise((resolve, reject) => {
    const statement = { query, resolve, reject }
    const waiting = gathered.get(client)
    if (waiting !== undefined) return void waiting.push(statement)
    gathered.set(client, [statement])
    process.nextTick(leaveAll, client)
  })

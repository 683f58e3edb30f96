import type { PoolClient, QueryConfig } from 'pg'
import { CommitUnknownError, isSessionLost, isSessionUnfit } from './errors.ts'
import type { Pool } from './pool.ts'
import { sendTogether } from './send-together.ts'
import { queryOf, type Sql } from './sql.ts'

/** A connection and how many statements on it are not answered yet. */
interface Line {
  readonly client: PoolClient
  underWay: number
  unfit: boolean
}

interface Waiting {
  readonly go: (line: Line) => void
  readonly fail: (error: unknown) => void
}

/** See Database.inOrder. Holds a connection of the pool only while a statement is under way. */
export const createInOrder = (pool: Pool, named: boolean): Sql => {
  let line: Line | undefined
  let waiting: Waiting[] = []

  const leave = (from: Line): void => {
    from.underWay--
    // Those behind on a broken connection fail too; whoever comes next gets another.
    if (line === from && (from.unfit || from.underWay === 0)) line = undefined
    if (from.underWay === 0) from.client.release(from.unfit)
  }

  const send = async <Row extends object>(on: Line, query: QueryConfig): Promise<Row[]> => {
    on.underWay++
    sendTogether(on.client)
    try {
      return (await on.client.query<Row>(query)).rows
    } catch (cause) {
      on.unfit ||= isSessionUnfit(cause)
      if (isSessionLost(cause)) throw new CommitUnknownError('the connection broke before the answer', { cause })
      throw cause
    } finally {
      leave(on)
    }
  }

  const takeWaiting = (): Waiting[] => {
    const taken = waiting
    waiting = []
    return taken
  }

  const connect = async (): Promise<void> => {
    try {
      const client = await pool.acquire()
      const on = (line = { client, underWay: 0, unfit: false })
      for (const { go } of takeWaiting()) go(on)
    } catch (error) {
      for (const { fail } of takeWaiting()) fail(error)
    }
  }

  return async <Row extends object>(strings: TemplateStringsArray, ...values: unknown[]): Promise<Row[]> => {
    const query = queryOf(strings, values, named)
    if (line !== undefined) return send<Row>(line, query)
    return new Promise<Row[]>((resolve, reject) => {
      waiting.push({ go: (on) => resolve(send<Row>(on, query)), fail: reject })
      if (waiting.length === 1) void connect()
    })
  }
}

import pg, { type Connection, type PoolClient, type QueryConfig, type QueryResult } from 'pg'
import { isSessionLost, SQLSTATE } from './errors.ts'
import { columnTypes } from './types.ts'

/** A statement on its way, and whoever waits for its answer. */
export interface Statement {
  readonly query: QueryConfig & { readonly query_timeout?: number }
  readonly resolve: (result: QueryResult) => void
  readonly reject: (error: unknown) => void
}

/** What the driver has and its types do not tell. */
type DriverConnection = Connection & { readonly parsedStatements: Readonly<Record<string, string>> }
type DriverResult = QueryResult & {
  addFields(fields: unknown): void
  parseRow(values: unknown): object
  addRow(row: object): void
  addCommandComplete(message: unknown): void
}
interface DriverQuery {
  query_timeout: number | undefined
  /** Wrapped by the client, which so learns that its timer is not needed. */
  callback: (error: unknown) => void
  submit(connection: DriverConnection): null
  handleRowDescription(message: { fields: unknown }): void
  handleDataRow(message: { fields: unknown }): void
  handleCommandComplete(message: unknown): void
  handleError(error: unknown): void
  handleReadyForQuery(): void
}

const Result = pg.Result as unknown as new (rowMode: undefined, types: typeof columnTypes) => DriverResult

/** What the server answers to whatever follows a failed statement, had it been asked. */
const skipped = (): Error => {
  const error = new pg.DatabaseError('current transaction is aborted: a statement before this one failed', 0, 'error')
  return Object.assign(error, { code: SQLSTATE.inFailedTransaction, severity: 'ERROR' })
}

const textOf = (value: unknown): unknown => (typeof value === 'boolean' ? String(value) : value)

const write = (connection: Connection, { name, values = [] }: QueryConfig): void => {
  const bound = { statement: name, values, valueMapper: textOf }
  connection.bind(bound, true)
  connection.describe({ type: 'P' }, true)
  connection.execute({}, true)
}

/** Whether the server of this connection has prepared it: nothing of a batch must be left half prepared. */
export const isPrepared = (client: PoolClient, { name }: QueryConfig): boolean =>
  name !== undefined && (client.connection as DriverConnection).parsedStatements[name] !== undefined

/**
 * Sends prepared statements, within a transaction, as one request: the server answers them in one go, and runs none behind
 * one that failed. Each statement by itself has it answer, and wake us, once for each.
 */
export const sendBatch = (client: PoolClient, statements: readonly Statement[]): void => {
  let result = new Result(undefined, columnTypes)
  let unreadable: unknown
  let ended = 0
  let last: (() => void) | undefined

  const end = (error: unknown): void => {
    if (error === null) return last?.()
    // The last may have been answered, and the connection lost before the server was ready: nobody was told of it yet.
    const [failed, ...others] = statements.slice(last === undefined ? ended : -1)
    ended = statements.length
    failed?.reject(error)
    for (const { reject } of others) reject(isSessionLost(error) ? error : skipped())
  }

  const query = new pg.Query('', undefined, end) as unknown as DriverQuery
  for (const statement of statements) query.query_timeout ??= statement.query.query_timeout
  query.submit = (connection) => {
    for (const statement of statements) write(connection, statement.query)
    connection.sync()
    return null
  }
  query.handleRowDescription = ({ fields }) => result.addFields(fields)
  query.handleDataRow = ({ fields }) => {
    try {
      result.addRow(result.parseRow(fields))
    } catch (error) {
      unreadable ??= error
    }
  }
  query.handleCommandComplete = (message) => {
    const [answered, bad, statement] = [result, unreadable, statements[ended++]]
    answered.addCommandComplete(message)
    result = new Result(undefined, columnTypes)
    unreadable = undefined
    const tell = () => (bad === undefined ? statement?.resolve(answered) : statement?.reject(bad))
    // The last is told when the server waits for more, so that nobody takes the connection over before.
    if (ended < statements.length) tell()
    else last = tell
  }
  query.handleError = (error) => query.callback(error)
  query.handleReadyForQuery = () => query.callback(null)
  void client.query(query as unknown as pg.Query)
}

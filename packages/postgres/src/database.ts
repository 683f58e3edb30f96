import { spreadOut, tries as triesMax } from './collisions.ts'
import { isRetryable, isSessionUnfit, isStalePlan } from './errors.ts'
import { createInOrder } from './in-order.ts'
import { noObserver } from './observer.ts'
import { createPool, type DatabaseOptions, type Pool } from './pool.ts'
import { queryOf, type Sql } from './sql.ts'
import { runTransaction, type TransactionOptions, type TransactionSql } from './transaction.ts'

/** One service's door to its database. */
export interface Database {
  /** Each statement is its own transaction, on any connection of the pool; tried again where `transaction` is. */
  sql: Sql
  /**
   * Runs `work` between BEGIN and COMMIT, and again (up to 5 times in all) after a serialization failure or a
   * deadlock, so `work` must have no effects but its statements. An error of `work` rolls back and is rethrown.
   * Throws CommitUnknownError when the connection broke during COMMIT.
   */
  transaction<T>(work: (sql: TransactionSql) => Promise<T>, options?: TransactionOptions): Promise<T>
  /**
   * As `sql`, but all on one connection, in the order of the calls and without waiting for answers: each begins when
   * the one before it has ended, failed or not. Never tried again. Throws CommitUnknownError when the connection broke
   * before the answer.
   */
  inOrder: Sql
  /** Waits for the statements under way, then closes all connections. */
  close(): Promise<void>
}

const autocommit = async <Row>(pool: Pool, named: boolean, strings: TemplateStringsArray, values: unknown[]) => {
  const query = queryOf(strings, values, named)
  for (let tries = 1; ; tries++) {
    const client = await pool.acquire()
    try {
      const { rows } = await client.query<Row & object>(query)
      client.release()
      return rows as Row[]
    } catch (error) {
      client.release(isSessionUnfit(error))
      // Both are refused as a whole; a stale plan is made anew by a fresh connection.
      if (!(isStalePlan(error) || isRetryable(error)) || tries === triesMax) throw error
      await spreadOut(tries)
    }
  }
}

/** Opens a pool on `url`. Connects lazily, recovers by itself after PostgreSQL restarted. */
export const createDatabase = (options: DatabaseOptions): Database => {
  const pool = createPool(options)
  const { observer = noObserver } = options
  const named = options.namedStatements ?? true
  return {
    sql: (strings, ...values) => autocommit(pool, named, strings, values),
    transaction: (work, transactionOptions = {}) =>
      runTransaction({ pool, named, observer, ...transactionOptions }, work),
    inOrder: createInOrder(pool, named),
    close: pool.close,
  }
}

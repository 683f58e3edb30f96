import type { PoolClient, QueryResult } from 'pg'
import { spreadOut, tries as triesMax } from './collisions.ts'
import {
  CommitUnknownError,
  isRetryable,
  isSessionLost,
  isSessionUnfit,
  isStalePlan,
  SQLSTATE,
  sqlState,
  TransactionAbortedError,
  TransactionFinishedError,
} from './errors.ts'
import type { DatabaseObserver, RetryReason } from './observer.ts'
import type { Pool } from './pool.ts'
import { sendTogether } from './send-together.ts'
import { queryOf, type Sql } from './sql.ts'

export interface TransactionSql extends Sql {
  /**
   * Sends the statement and COMMIT in one flush, saving a round trip; resolves with the rows once committed. Only
   * for a last statement whose rows decide nothing: whatever it matched is committed already.
   */
  andCommit: Sql
}

export type TransactionOptions = {
  isolation?: 'read committed' | 'repeatable read' | 'serializable'
  /** In place of the pool's, for statements that are let take longer. */
  answerTimeoutMs?: number
}

type Context = TransactionOptions & { pool: Pool; named: boolean; observer: DatabaseObserver }

type State = 'open' | 'committing' | 'committed' | 'finished'

// Rejections reach the caller through the promise it was given; this only keeps a second reader of the same
// promise from being reported as unhandled.
const quiet = <T>(promise: Promise<T>) => {
  promise.catch(() => {})
  return promise
}

const answerOf = async <Row extends object>(begin: Promise<unknown>, answer: Promise<QueryResult<Row>>) => {
  await begin.catch(async (cause: unknown) => {
    // BEGIN failed, so if the statement went through it was committed on its own.
    if (
      await answer.then(
        () => true,
        () => false,
      )
    )
      throw new CommitUnknownError('BEGIN failed', { cause })
    throw cause
  })
  return (await answer).rows
}

/** One try: BEGIN travels with the first statement, COMMIT may travel with the last. */
const openTransaction = (client: PoolClient, { named, isolation, answerTimeoutMs }: Context) => {
  let state: State = 'open'
  let begun: Promise<QueryResult> | undefined
  let commitResult: Promise<void> | undefined
  let firstFailure: unknown

  /** Throws before anything is sent when the statement cannot be sent. */
  const send = <Row extends object>(strings: TemplateStringsArray, values: unknown[]): Promise<Row[]> => {
    if (state !== 'open') throw new TransactionFinishedError('this transaction is finished: was an await forgotten?')
    const given = queryOf(strings, values, named)
    const query = answerTimeoutMs === undefined ? given : { ...given, query_timeout: answerTimeoutMs }
    // The connection is in pipeline mode: the server answers in order whatever leaves together.
    sendTogether(client)
    const begin = (begun ??= quiet(client.query(isolation ? `begin isolation level ${isolation}` : 'begin')))
    const answer = quiet(client.query<Row>(query))
    answer.catch((error: unknown) => (firstFailure ??= error))
    return quiet(answerOf(begin, answer))
  }

  const sendCommit = async () => {
    state = 'committing'
    sendTogether(client)
    let tag: string
    try {
      tag = (await client.query('commit')).command
    } catch (cause) {
      state = 'finished'
      if (isSessionLost(cause)) throw new CommitUnknownError('the connection broke during COMMIT', { cause })
      throw cause
    }
    state = tag === 'COMMIT' ? 'committed' : 'finished'
    if (tag !== 'COMMIT') throw new TransactionAbortedError('a statement had failed, so COMMIT rolled back')
  }

  const andCommit: Sql = async <Row extends object>(strings: TemplateStringsArray, ...values: unknown[]) => {
    const answer = send<Row>(strings, values)
    commitResult = quiet(sendCommit())
    const [rows, commit] = await Promise.allSettled([answer, commitResult])
    // After a lost connection both fail, and the unknown COMMIT is what matters; else the statement's own error.
    if (commit.status === 'rejected' && commit.reason instanceof CommitUnknownError) throw commit.reason
    if (rows.status === 'rejected') throw rows.reason
    if (commit.status === 'rejected') throw commit.reason
    return rows.value
  }

  const sql = Object.assign(
    async <Row extends object>(strings: TemplateStringsArray, ...values: unknown[]) => send<Row>(strings, values),
    { andCommit },
  ) satisfies TransactionSql

  return {
    sql,
    committed: () => state === 'committed',
    /** What to tell of an error: statements sent together after the one that failed only say that one did. */
    causeOf: (error: unknown) => (sqlState(error) === SQLSTATE.inFailedTransaction ? (firstFailure ?? error) : error),
    commit: async () => {
      if (commitResult) return commitResult
      if (begun) return sendCommit()
      state = 'committed'
    },
    /** Returns whether the connection is fit for the next user. */
    rollback: async () => {
      const needed = state === 'open' && begun !== undefined
      if (state === 'open') state = 'finished'
      if (!needed)
        return (
          commitResult === undefined ||
          commitResult.then(
            () => true,
            (error) => !isSessionLost(error),
          )
        )
      return client.query('rollback').then(
        () => true,
        () => false,
      )
    },
  }
}

const attempt = async <T>(context: Context, work: (sql: TransactionSql) => Promise<T>) => {
  const client = await context.pool.acquire()
  const transaction = openTransaction(client, context)
  try {
    const value = await work(transaction.sql)
    await transaction.commit()
    client.release()
    return { value }
  } catch (thrown) {
    const error = transaction.causeOf(thrown)
    const reusable = await transaction.rollback()
    client.release(!reusable || isSessionUnfit(error) || error instanceof CommitUnknownError)
    return { error, retry: !transaction.committed() && (isRetryable(error) || isStalePlan(error)) }
  }
}

const reasonOf = (error: unknown): RetryReason => {
  if (isStalePlan(error)) return 'stale_plan'
  return sqlState(error) === SQLSTATE.deadlockDetected ? 'deadlock' : 'serialization_failure'
}

const attemptAll = async <T>(context: Context, work: (sql: TransactionSql) => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    const outcome = await attempt(context, work)
    if ('value' in outcome) return outcome.value
    if (!outcome.retry || tries === triesMax) throw outcome.error
    context.observer.retried(reasonOf(outcome.error))
    await spreadOut(tries)
  }
}

/** See Database.transaction. */
export const runTransaction = <T>(context: Context, work: (sql: TransactionSql) => Promise<T>): Promise<T> =>
  context.observer.transaction(() => attemptAll(context, work))

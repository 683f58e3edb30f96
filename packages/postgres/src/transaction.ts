import type { PoolClient, QueryConfig, QueryResult } from 'pg'
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
import { sendWithOthers } from './send-together.ts'
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
  /**
   * Whether COMMIT waits until what was done is on disk; default yes. Without, a crash of the server may undo what was
   * committed, and not what anybody committed after it and waited for: only for what is done again by itself.
   */
  durable?: boolean
}

type Context = TransactionOptions & { pool: Pool; named: boolean; observer: DatabaseObserver }

type State = 'open' | 'committing' | 'committed' | 'finished'

// Rejections reach the caller through the promise it was given; this only keeps a second reader of the same
// promise from being reported as unhandled.
const quiet = <T>(promise: Promise<T>) => {
  promise.catch(() => {})
  return promise
}

const durability = 'set local synchronous_commit to off'

/** Named, it is prepared once per connection, and so leaves as one with the statements beside it. */
const control = (text: string, named: boolean): QueryConfig =>
  named ? { text, name: `micro_${text.replaceAll(/\W+/g, '_')}` } : { text }

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
const openTransaction = (client: PoolClient, { named, isolation, answerTimeoutMs, durable = true }: Context) => {
  const begins = isolation === undefined ? 'begin' : `begin isolation level ${isolation}`
  let state: State = 'open'
  let begun: Promise<QueryResult> | undefined
  let commitResult: Promise<void> | undefined
  let firstFailure: unknown
  // What stood behind it may say so before it has been heard itself.
  const noteFailure = (error: unknown): void => {
    if (sqlState(error) !== SQLSTATE.inFailedTransaction) firstFailure ??= error
  }
  let isCommitSkipped = false

  const sendBegin = (): Promise<QueryResult> => {
    const begin = sendWithOthers(client, control(begins, named))
    // Behind a BEGIN that failed it would set nothing, and only say that there is no transaction.
    if (!durable) sendWithOthers(client, control(durability, named)).catch(noteFailure)
    return quiet(begin)
  }

  /** Throws before anything is sent when the statement cannot be sent. */
  const send = <Row extends object>(strings: TemplateStringsArray, values: unknown[]): Promise<Row[]> => {
    if (state !== 'open') throw new TransactionFinishedError('this transaction is finished: was an await forgotten?')
    const given = queryOf(strings, values, named)
    const query = answerTimeoutMs === undefined ? given : { ...given, query_timeout: answerTimeoutMs }
    // The connection is in pipeline mode: the server answers in order whatever leaves together.
    const begin = (begun ??= sendBegin())
    const answer = quiet(sendWithOthers(client, query) as Promise<QueryResult<Row>>)
    answer.catch(noteFailure)
    return quiet(answerOf(begin, answer))
  }

  const sendCommit = async () => {
    state = 'committing'
    let tag: string
    try {
      tag = (await sendWithOthers(client, control('commit', named))).command
    } catch (cause) {
      state = 'finished'
      isCommitSkipped = sqlState(cause) === SQLSTATE.inFailedTransaction
      if (isCommitSkipped)
        throw new TransactionAbortedError('a statement had failed, so nothing was committed', { cause })
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
    /** Whether COMMIT was sent, together with statements that may have failed before it, and its outcome is unknown. */
    commitUnknown: async () => {
      const failure = await commitResult?.then(
        () => undefined,
        (error: unknown) => error,
      )
      return failure instanceof CommitUnknownError ? failure : undefined
    },
    commit: async () => {
      if (commitResult) return commitResult
      if (begun) return sendCommit()
      state = 'committed'
    },
    /** Returns whether the connection is fit for the next user. */
    rollback: async () => {
      await commitResult?.catch(() => {})
      const needed = begun !== undefined && (state === 'open' || isCommitSkipped)
      if (state === 'open') state = 'finished'
      if (!needed)
        return (
          commitResult === undefined ||
          commitResult.then(
            () => true,
            (error) => !isSessionLost(error),
          )
        )
      // Behind whatever is still to leave.
      return sendWithOthers(client, control('rollback', named)).then(
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
    const error = (await transaction.commitUnknown()) ?? transaction.causeOf(thrown)
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

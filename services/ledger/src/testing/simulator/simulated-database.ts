import { isRetryable, type Database, type Sql, type TransactionSql } from '@micro/postgres'
import type { Agenda } from './agenda.ts'
import { createInOrder } from './simulated-line.ts'
import type { Session, SimulatedServer } from './simulated-server.ts'

/** As many as the engine's own door to PostgreSQL. */
const triesMax = 5

/** What never comes: a process that is dead learns nothing. */
const never = <T>(): Promise<T> => new Promise<T>(() => {})

/** One transaction on a session of its own. */
const createAttempt = (server: SimulatedServer, session: Session, heard: <T>(work: Promise<T>) => Promise<T>) => {
  let before: Promise<unknown> = Promise.resolve()
  let committed = false
  const inTurn = <R>(step: () => Promise<R>): Promise<R> => {
    const result = before.then(step)
    // What was sent behind a statement that failed fails as well.
    before = result
    void result.catch(() => {})
    return heard(result)
  }
  const statement = <R extends object>(strings: TemplateStringsArray, values: unknown[]): Promise<R[]> =>
    inTurn(() => server.run(session, strings, values)) as Promise<R[]>
  const sql: TransactionSql = Object.assign(
    <R extends object>(strings: TemplateStringsArray, ...values: unknown[]) => statement<R>(strings, values),
    {
      andCommit: async <R extends object>(strings: TemplateStringsArray, ...values: unknown[]): Promise<R[]> => {
        const rows = statement<R>(strings, values)
        const end = inTurn(() => server.sendCommit(session))
        committed = true
        const [answer, ending] = await Promise.allSettled([rows, end])
        if (answer.status === 'rejected') throw answer.reason
        if (ending.status === 'rejected') throw ending.reason
        return answer.value
      },
    },
  )
  return {
    sql,
    commit: (): Promise<void> => (committed ? Promise.resolve() : inTurn(() => server.sendCommit(session))),
  }
}

/** One process's door to the server. After `cut` nothing comes back through it. */
export const connect = (server: SimulatedServer, agenda: Agenda): { db: Database; cut: () => void } => {
  let isCut = false
  const sessions = new Set<Session>()
  const heard = async <T>(work: Promise<T>): Promise<T> => {
    const settled = await work.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error
      },
    )
    return isCut ? never<T>() : settled()
  }

  const attempt = async <T>(work: (sql: TransactionSql) => Promise<T>): Promise<T> => {
    if (isCut) return never<T>()
    const session = server.newSession()
    sessions.add(session)
    const { sql, commit } = createAttempt(server, session, heard)
    try {
      const value = await work(sql)
      await commit()
      return value
    } catch (error) {
      server.endUnlessUnknown(session, error)
      throw error
    } finally {
      sessions.delete(session)
    }
  }

  const inOrder = createInOrder(server, agenda)
  const db = {
    sql: ((strings, ...values) => (isCut ? never() : heard(server.runAlone(strings, values)))) as Sql,
    inOrder: ((strings, ...values) => (isCut ? never() : heard(inOrder(strings, values)))) as Sql,
    async transaction<T>(work: (sql: TransactionSql) => Promise<T>): Promise<T> {
      for (let tries = 1; ; tries++) {
        try {
          return await attempt(work)
        } catch (error) {
          if (!isRetryable(error) || tries === triesMax) throw error
        }
      }
    },
    close: () => Promise.resolve(),
  }
  return {
    db,
    cut() {
      isCut = true
      // What was not yet committed is undone; what is on its way as a commit may still become true.
      for (const session of sessions) server.endLater(session, server.end)
    },
  }
}

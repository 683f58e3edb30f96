import { CommitUnknownError, ConnectionError, isRetryable, type Database, type TransactionSql } from '@micro/postgres'
import type { Seeded } from '@micro/testing'
import type { Agenda } from './agenda.ts'
import {
  applyWrites,
  checkWrites,
  ServerError,
  type Row,
  type SimulatedBook,
  type SimulatedTransaction,
} from './simulated-books.ts'
import { understand } from './simulated-statements.ts'

/** As many as the engine's own door to PostgreSQL. */
const triesMax = 5

/** What is still to go wrong: every simulation must come to its end. */
export interface Trouble {
  left: number
  readonly seen: Map<string, number>
}

type Writes = ReadonlyMap<bigint, readonly SimulatedTransaction[]>

/** One session of the server: its statements run one after another, and its locks are held until its transaction ends. */
interface Session {
  readonly locks: Set<bigint>
  writes: Writes
  isOver: boolean
}

/** The server that all processes share. */
export const createServer = (books: readonly SimulatedBook[], agenda: Agenda, random: Seeded, trouble: Trouble) => {
  const holders = new Map<bigint, Session>()

  const lock = async (session: Session, wanted: readonly bigint[]): Promise<void> => {
    for (const book of wanted) {
      while (holders.has(book) && holders.get(book) !== session) await agenda.turn()
      if (session.isOver) throw new ConnectionError('the session is over')
      holders.set(book, session)
      session.locks.add(book)
    }
  }
  const end = (session: Session): void => {
    for (const book of session.locks) holders.delete(book)
    session.locks.clear()
    session.writes = new Map()
    session.isOver = true
  }
  const commit = (session: Session): void => {
    if (session.isOver) return
    for (const book of books) applyWrites(book, session.writes.get(book.id) ?? [])
    end(session)
  }

  /** Whether this goes wrong now. */
  const strikes = (name: string, probability: number): boolean => {
    if (trouble.left === 0 || !random.chance(probability)) return false
    trouble.left--
    trouble.seen.set(name, (trouble.seen.get(name) ?? 0) + 1)
    return true
  }

  const run = async (session: Session, strings: TemplateStringsArray, values: readonly unknown[]): Promise<Row[]> => {
    await agenda.turn()
    if (strikes('serialization failure', 0.02)) throw new ServerError('40001', 'could not serialize access')
    if (strikes('statement timeout', 0.01)) throw new ServerError('57014', 'canceling statement')
    if (strikes('connection lost', 0.03)) throw new ConnectionError('the connection was lost')
    const statement = understand(strings, values)
    if (statement.kind === 'read') return statement.rows(books)
    if (statement.kind === 'lock') {
      await lock(session, statement.books)
      return statement.rows(books)
    }
    // Rows are written under their books' locks, whoever forgot to take them.
    await lock(session, [...statement.writes.keys()])
    for (const book of books) checkWrites(book, statement.writes.get(book.id) ?? [])
    session.writes = statement.writes
    return []
  }

  /** The end of a session nobody listens to any more: at a time of the server's own, it notices or commits. */
  const endLater = (session: Session, how: (session: Session) => void): void => {
    void agenda.turn().then(() => how(session))
  }

  const sendCommit = async (session: Session): Promise<void> => {
    await agenda.turn()
    if (strikes('lost before commit', 0.04)) {
      endLater(session, end)
      throw new CommitUnknownError('the connection broke during COMMIT')
    }
    if (strikes('lost during commit', 0.04)) {
      endLater(session, commit)
      throw new CommitUnknownError('the connection broke during COMMIT')
    }
    if (session.isOver) throw new CommitUnknownError('the session is over')
    commit(session)
    if (strikes('lost after commit', 0.06)) throw new CommitUnknownError('the connection broke during COMMIT')
    await agenda.turn()
  }

  const newSession = (): Session => ({ locks: new Set(), writes: new Map(), isOver: false })

  return {
    /** One process's door to the server. After `cut` nothing comes back through it. */
    connect(): { db: Database; cut: () => void } {
      let isCut = false
      const sessions = new Set<Session>()
      // A process that is dead learns nothing: what it waits for never comes.
      const heard = async <T>(work: Promise<T>): Promise<T> => {
        const settled = await work.then(
          (value) => () => value,
          (error: unknown) => () => {
            throw error
          },
        )
        return isCut ? new Promise<T>(() => {}) : settled()
      }

      const attempt = async <T>(work: (sql: TransactionSql) => Promise<T>): Promise<T> => {
        if (isCut) return new Promise<T>(() => {})
        const session = newSession()
        sessions.add(session)
        let before: Promise<unknown> = Promise.resolve()
        const inTurn = <R>(step: () => Promise<R>): Promise<R> => {
          const result = before.then(step)
          // What was sent behind a statement that failed fails as well.
          before = result
          void result.catch(() => {})
          return heard(result)
        }
        const statement = <R extends object>(strings: TemplateStringsArray, values: unknown[]): Promise<R[]> =>
          inTurn(() => run(session, strings, values)) as Promise<R[]>
        let committed = false
        const sql = Object.assign(
          <R extends object>(strings: TemplateStringsArray, ...values: unknown[]) => statement<R>(strings, values),
          {
            andCommit: async <R extends object>(strings: TemplateStringsArray, ...values: unknown[]): Promise<R[]> => {
              const rows = statement<R>(strings, values)
              const end = inTurn(() => sendCommit(session))
              committed = true
              const [answer, ending] = await Promise.allSettled([rows, end])
              if (answer.status === 'rejected') throw answer.reason
              if (ending.status === 'rejected') throw ending.reason
              return answer.value
            },
          },
        )
        try {
          const value = await work(sql)
          if (!committed) await inTurn(() => sendCommit(session))
          return value
        } catch (error) {
          if (!(error instanceof CommitUnknownError)) end(session)
          throw error
        } finally {
          sessions.delete(session)
        }
      }

      const db: Database = {
        sql: async (strings, ...values) => heard(run(newSession(), strings, values)) as never,
        async transaction(work) {
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
          for (const session of sessions) endLater(session, end)
        },
      }
    },
    strikes,
  }
}

export type SimulatedServer = ReturnType<typeof createServer>

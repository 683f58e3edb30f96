import { CommitUnknownError, ConnectionError } from '@micro/postgres'
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

/** What is still to go wrong: every simulation must come to its end. */
export interface Trouble {
  left: number
  readonly seen: Map<string, number>
}

type Writes = ReadonlyMap<bigint, readonly SimulatedTransaction[]>

/** One session of the server: its statements run one after another, and its locks are held until its transaction ends. */
export interface Session {
  readonly locks: Set<bigint>
  writes: Writes
  isOver: boolean
}

/** The server that all processes share, with what may go wrong on the way to it. */
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
    await lock(session, [...statement.standings.map(({ book }) => book), ...statement.writes.keys()])
    for (const { book, seq } of statement.standings)
      if (books.find(({ id }) => id === book)?.transactions.length !== Number(seq))
        throw new ServerError('40001', 'decided on books that have moved since')
    for (const book of books) checkWrites(book, statement.writes.get(book.id) ?? [])
    session.writes = statement.writes
    return []
  }

  /** The end of a session nobody listens to any more: at a time of the server's own, it notices or commits. */
  const endLater = (session: Session, how: (session: Session) => void): void => {
    void agenda.turn().then(() => how(session))
  }

  const newSession = (): Session => ({ locks: new Set(), writes: new Map(), isOver: false })

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

  /** A statement that is a transaction by itself. */
  const runAlone = async (strings: TemplateStringsArray, values: readonly unknown[]): Promise<Row[]> => {
    const session = newSession()
    try {
      const rows = await run(session, strings, values)
      commit(session)
      return rows
    } catch (error) {
      end(session)
      throw error
    }
  }

  /** Closes all that counts before a time, under the book's lock. A period that is closed stays so. */
  const close = async (book: SimulatedBook, before: Date): Promise<void> => {
    const session = newSession()
    await lock(session, [book.id])
    if (book.closedBefore === null || before > book.closedBefore) {
      book.closedBefore = before
      book.closings.push({ length: book.transactions.length, before })
    }
    end(session)
  }

  return {
    strikes,
    close,
    run,
    runAlone,
    sendCommit,
    end,
    endLater,
    newSession,
    /** Undoes a transaction whose work failed; what became of a commit that nobody heard of is the server's own affair. */
    endUnlessUnknown(session: Session, error: unknown): void {
      if (!(error instanceof CommitUnknownError)) end(session)
    },
  }
}

export type SimulatedServer = ReturnType<typeof createServer>

import { CommitUnknownError, ConnectionError } from '@micro/postgres'
import type { Agenda } from './agenda.ts'
import type { Row } from './simulated-books.ts'
import type { SimulatedServer } from './simulated-server.ts'

/** A connection on which statements are sent without waiting for answers. */
interface Line {
  /** What the server is at. */
  last: Promise<unknown>
  /** Whether the server still reads what was sent. */
  isRead: boolean
  /** Rejects when the connection breaks: every answer that is still to come is lost. */
  readonly broken: Promise<never>
  readonly breakNow: () => void
}

const openLine = (): Line => {
  const { promise: broken, reject } = Promise.withResolvers<never>()
  broken.catch(() => {})
  return {
    last: Promise.resolve(),
    isRead: true,
    broken,
    breakNow: () => reject(new CommitUnknownError('the connection broke before the answer')),
  }
}

/**
 * Statements of their own on one connection, in their order. When it breaks, whoever waits is told so at once, while
 * the server may go on with what it has received already.
 */
export const createInOrder = (server: SimulatedServer, agenda: Agenda) => {
  let line: Line | undefined

  const execute = async (on: Line, strings: TemplateStringsArray, values: readonly unknown[]): Promise<Row[]> => {
    if (!on.isRead) throw new ConnectionError('nobody reads this')
    const breakLine = (): void => {
      if (line === on) line = undefined
      on.breakNow()
    }
    if (server.strikes('line lost, and read on', 0.03)) breakLine()
    else if (server.strikes('line lost', 0.03)) {
      breakLine()
      on.isRead = false
      throw new ConnectionError('the connection was lost')
    }
    const rows = await server.runAlone(strings, values).catch((error: unknown) => {
      if (error instanceof ConnectionError) breakLine()
      throw error
    })
    if (server.strikes('line lost after commit', 0.04)) breakLine()
    await agenda.turn()
    return rows
  }

  return (strings: TemplateStringsArray, values: readonly unknown[]): Promise<Row[]> => {
    const on = (line ??= openLine())
    const executed = on.last.then(() => execute(on, strings, values))
    on.last = executed.catch(() => {})
    return Promise.race([executed, on.broken])
  }
}

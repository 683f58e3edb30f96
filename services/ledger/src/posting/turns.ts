import { Fault } from '@micro/kernel'

/** How many may wait for one book: two to three seconds' worth. */
const waitingMax = 1_000

interface Line {
  last: Promise<unknown>
  waiting: number
}

/**
 * Lets the postings of one book wait here for their turn, in order, rather than for the book's lock: there each would
 * hold a connection, and one busy book would leave none to all the others. Other processes still meet at the lock.
 */
export const createTurns = () => {
  const lines = new Map<string, Line>()

  const take = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const line = lines.get(name) ?? { last: Promise.resolve(), waiting: 0 }
    if (line.waiting === waitingMax) throw new Fault('ledger_busy')
    lines.set(name, line)
    line.waiting++
    const mine = line.last.then(work)
    line.last = mine.catch(() => {})
    try {
      return await mine
    } finally {
      if (--line.waiting === 0) lines.delete(name)
    }
  }

  return {
    /** @throws Fault ledger_busy, when too many wait already */
    take,
    /** How many have not had their turn, over all books. */
    waiting: (): number => [...lines.values()].reduce((sum, { waiting }) => sum + waiting - 1, 0),
  }
}

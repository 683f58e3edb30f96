import type { Fault } from '@micro/kernel'

/**
 * Runs work for somebody when their turn comes.
 * @throws Fault that says it is busy when too many wait already, and whatever the work throws
 */
export type InTurn = <T>(whose: string, work: () => Promise<T>) => Promise<T>

interface Waiting {
  readonly whose: string
  readonly start: () => void
}

/**
 * Lets so many run at a time, and one of each person's; the others wait in line: what reads a whole book, or all payments of a season, must not take
 * all connections from those that write, nor one merchant's reports all turns from another's. Without a bound as many
 * wait as come.
 */
export const createTurns = (most: {
  atOnce: number
  waiting?: number
  waitingOfOne?: number
  busy: () => Fault
}): InTurn => {
  const { waiting = Infinity, waitingOfOne = Infinity } = most
  const running = new Set<string>()
  const line: Waiting[] = []
  const mayRun = (whose: string): boolean => running.size < most.atOnce && !running.has(whose)

  const end = (whose: string): void => {
    running.delete(whose)
    const at = line.findIndex((each) => mayRun(each.whose))
    const [next] = at < 0 ? [] : line.splice(at, 1)
    if (next === undefined) return
    running.add(next.whose)
    next.start()
  }

  return async (whose, work) => {
    if (mayRun(whose)) running.add(whose)
    else if (line.length < waiting && line.filter((each) => each.whose === whose).length < waitingOfOne)
      await new Promise<void>((start) => line.push({ whose, start }))
    else throw most.busy()
    try {
      return await work()
    } finally {
      end(whose)
    }
  }
}

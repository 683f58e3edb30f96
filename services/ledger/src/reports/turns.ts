import { Fault } from '@micro/kernel'

/** Runs work when its turn comes. @throws Fault ledger_busy when too many wait already, and whatever the work throws */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Lets so many run at a time, the others wait in line: what reads a whole book must not take all connections from
 * those that post.
 */
export const createTurns = ({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }): InTurn => {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running < atOnce) running++
    else if (waiting.length < waitingMax) await new Promise<void>((resolve) => waiting.push(resolve))
    else throw new Fault('ledger_busy')
    try {
      return await work()
    } finally {
      // Whoever is next takes over this turn.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

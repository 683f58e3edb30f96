import { setImmediate as roundTaken } from 'node:timers/promises'
import type { Seeded } from '@micro/testing'

/** Far more than any simulation takes. */
const stepsMax = 20_000

/** Nothing can happen any more, and still somebody waits. */
export class StuckError extends Error {
  override name = 'StuckError'
}

export interface Agenda {
  /** Resolves when the agenda says that it is this one's turn. */
  turn(): Promise<void>
  /** Lets one thing after another happen, in an order the seed decides, until the work is done. @throws StuckError */
  until(work: Promise<unknown>): Promise<void>
}

/** The order in which things happen: whatever could happen next is drawn, and time stands still in between. */
export const createAgenda = (random: Seeded): Agenda => {
  const open: (() => void)[] = []

  // What follows from a step runs to its end before the next: twice, since it may itself ask for a round of the loop.
  const settle = async (): Promise<void> => {
    await roundTaken()
    await roundTaken()
  }

  return {
    turn: () => new Promise<void>((resolve) => void open.push(resolve)),
    async until(work) {
      let done = false
      let failed: unknown
      const ended = work.then(
        () => (done = true),
        (error: unknown) => {
          failed = error
          done = true
        },
      )
      await settle()
      for (let steps = 0; !done; steps++) {
        if (steps > stepsMax) throw new StuckError('this goes round in circles')
        const [next] = open.splice(random.between(0, open.length - 1), 1)
        if (next === undefined) throw new StuckError('nothing can happen any more')
        next()
        await settle()
      }
      await ended
      if (failed !== undefined) throw failed
    },
  }
}

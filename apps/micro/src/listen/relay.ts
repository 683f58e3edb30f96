import type { Event } from '@micro/contracts'
import type { Forward, Forwarded } from './forward.ts'

export interface Relay {
  /** Forwards the event when its turn comes, and calls `done` after the attempt. */
  accept(event: Event, done: () => void): void
}

/** At most this many at a time; the rest wait in the order in which they came. */
const createSlots = (max: number) => {
  const waiting: (() => void)[] = []
  let taken = 0
  return {
    async take(): Promise<void> {
      if (taken < max) taken++
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    give(): void {
      const next = waiting.shift()
      if (next === undefined) taken--
      else next()
    },
  }
}

const objectOf = ({ id, data }: Event): string => {
  const objectId = data.object['id']
  return typeof objectId === 'string' ? objectId : id
}

/**
 * Forwards events: those of one object one after another, in order; those of different objects side by side, so that
 * an endpoint that hangs on one does not hold up the others.
 */
export const createRelay = (options: {
  forward: Forward
  parallelMax: number
  onForwarded: (event: Event, result: Forwarded) => void
}): Relay => {
  const slots = createSlots(options.parallelMax)
  const tails = new Map<string, Promise<void>>()

  const forwardOne = async (event: Event, done: () => void): Promise<void> => {
    await slots.take()
    try {
      options.onForwarded(event, await options.forward(event))
    } finally {
      slots.give()
      done()
    }
  }

  return {
    accept(event, done) {
      const object = objectOf(event)
      const tail = (tails.get(object) ?? Promise.resolve()).then(() => forwardOne(event, done))
      tails.set(object, tail)
      void tail.finally(() => {
        if (tails.get(object) === tail) tails.delete(object)
      })
    },
  }
}

import type { Event } from '@micro/contracts'
import type { Forward, Forwarded } from './forward.ts'

/** One place that events go to. */
export interface RelayTarget {
  /** As it is shown. */
  readonly name: string
  wants(type: string): boolean
  readonly forward: Forward
}

export interface Relay {
  /** Forwards the event to every target that wants it, when its turn comes, and calls `done` once all have ended. */
  accept(event: Event, done: () => void): void
}

/** What came of one attempt, and whether there will be another. */
export interface Attempt {
  readonly event: Event
  readonly target: string
  readonly result: Forwarded
  /** In so many milliseconds it is tried again. */
  readonly retryInMs?: number
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

export const isSuccess = ({ status }: Forwarded): boolean => status !== undefined && status >= 200 && status < 300

/**
 * Forwards events: of each target those of one object one after another, in order; those of different objects side by
 * side, so that an endpoint that hangs on one does not hold up the others, nor other endpoints. What failed is tried
 * again `retries` times, and holds up what follows of its object meanwhile.
 */
export const createRelay = (options: {
  targets: readonly RelayTarget[]
  /** At each target. */
  parallelMax: number
  retries: number
  /** How long to wait before the next attempt, in milliseconds; the first that failed is 0. */
  backoffMs: (attempt: number) => number
  pause: (ms: number) => Promise<void>
  /** No attempt is begun any more. */
  isStopped: () => boolean
  onAttempt: (attempt: Attempt) => void
}): Relay => {
  const { retries, backoffMs, pause, onAttempt, isStopped } = options
  const lanes = options.targets.map((target) => ({
    target,
    slots: createSlots(options.parallelMax),
    tails: new Map<string, Promise<void>>(),
  }))
  type Lane = (typeof lanes)[number]

  const attempt = async ({ target, slots }: Lane, event: Event): Promise<Forwarded> => {
    await slots.take()
    try {
      return await target.forward(event)
    } finally {
      slots.give()
    }
  }

  const deliver = async (lane: Lane, event: Event): Promise<void> => {
    for (let at = 0; !isStopped(); at++) {
      const result = await attempt(lane, event)
      const one = { event, target: lane.target.name, result }
      if (isSuccess(result) || at >= retries) return onAttempt(one)
      const retryInMs = backoffMs(at)
      onAttempt({ ...one, retryInMs })
      await pause(retryInMs)
    }
  }

  const enqueue = (lane: Lane, event: Event): Promise<void> => {
    const object = objectOf(event)
    const tail = (lane.tails.get(object) ?? Promise.resolve()).then(() => deliver(lane, event))
    lane.tails.set(object, tail)
    void tail.finally(() => {
      if (lane.tails.get(object) === tail) lane.tails.delete(object)
    })
    return tail
  }

  return {
    accept(event, done) {
      const wanting = lanes.filter(({ target }) => target.wants(event.type))
      // Cut short by our own end it is not done: whoever keeps a cursor gets it again.
      void Promise.all(wanting.map((lane) => enqueue(lane, event))).then(() => (isStopped() ? undefined : done()))
    },
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import type { Processor } from './processor.ts'

/** How the simulator is to behave worse than it does. */
export interface Trouble {
  /** How long each call takes longer, in ms. */
  readonly latencyMs: number
  /** Of a hundred calls that many end without an answer, half of them after their work was done. */
  readonly failurePercent: number
}

/** Evenly spread, so that nothing is left to chance: with 25 every fourth call fails. */
const failures = (percent: number): (() => 'before' | 'after' | undefined) => {
  let [due, made] = [0, 0]
  return () => {
    due += percent
    if (due < 100) return undefined
    due -= 100
    return made++ % 2 === 0 ? 'after' : 'before'
  }
}

/** A processor whose calls take their time and fail now and then, so that whoever asks it can be tried. */
export const troubled = (inner: Processor, { latencyMs, failurePercent }: Trouble): Processor => {
  if (latencyMs === 0 && failurePercent === 0) return inner
  const next = failures(failurePercent)
  const { settlement } = inner
  const slowly = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const failure = next()
    await delay(latencyMs, undefined, { signal })
    if (failure === 'before') throw new Error('the simulator was told to refuse the connection')
    const answer = await work()
    if (failure === 'after') throw new Error('the simulator was told to lose the answer')
    return answer
  }
  return {
    challenges: (request) => inner.challenges(request),
    charge: (request, signal) => slowly(signal, () => inner.charge(request, signal)),
    find: (id, signal) => slowly(signal, () => inner.find(id, signal)),
    capture: (request, signal) => slowly(signal, () => inner.capture(request, signal)),
    findCapture: (id, signal) => slowly(signal, () => inner.findCapture(id, signal)),
    void: (id, signal) => slowly(signal, () => inner.void(id, signal)),
    verify: (method, signal) => slowly(signal, () => inner.verify(method, signal)),
    refunds: {
      send: (request, signal) => slowly(signal, () => inner.refunds.send(request, signal)),
      find: (id, signal) => slowly(signal, () => inner.refunds.find(id, signal)),
      cancel: (id, signal) => slowly(signal, () => inner.refunds.cancel(id, signal)),
    },
    disputes: {
      submit: (request, signal) => slowly(signal, () => inner.disputes.submit(request, signal)),
      accept: (id, signal) => slowly(signal, () => inner.disputes.accept(id, signal)),
    },
    reports: {
      read: (options, signal) => slowly(signal, () => inner.reports.read(options, signal)),
      acknowledge: (ids, signal) => slowly(signal, () => inner.reports.acknowledge(ids, signal)),
    },
    settlement: settlement && { read: (query, signal) => slowly(signal, () => settlement.read(query, signal)) },
  }
}

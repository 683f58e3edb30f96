import { Fault } from '@micro/kernel'
import type { Metrics } from '@micro/service'
import type { Hasher } from './hasher.ts'

/** Waiting hashes at most: with two at a time the last one waits for about two seconds, which a person still endures. */
const waitingMax = 64

/**
 * Lets only `concurrency` hashes run at a time, so that a flood of logins cannot starve the payments of the process.
 * @throws Fault upstream_unavailable (503) from its methods when too many are waiting already
 */
export const queuedHasher = (
  hasher: Hasher,
  { concurrency, metrics }: { concurrency: number; metrics: Metrics },
): Hasher => {
  const waiting: (() => void)[] = []
  let running = 0
  metrics.gauge(
    { name: 'micro_password_hashes', help: 'Passwords being hashed, and waiting for their turn.', labels: ['state'] },
    () => [
      { labels: { state: 'running' }, value: running },
      { labels: { state: 'waiting' }, value: waiting.length },
    ],
  )
  const refused = metrics.counter({
    name: 'micro_password_hashes_refused_total',
    help: 'Passwords not hashed since too many were waiting.',
  })

  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= concurrency) {
      if (waiting.length >= waitingMax) {
        refused({})
        throw new Fault('upstream_unavailable', { service: 'auth', retry_after: 2 })
      }
      // The place is handed over by whoever leaves it, so `running` does not change meanwhile.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }

  return {
    hash: (password) => run(() => hasher.hash(password)),
    verify: (stored, password) => run(() => hasher.verify(stored, password)),
  }
}

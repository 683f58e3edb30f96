import type { Runtime } from '../dependencies.ts'
import type { Worker } from '../worker.ts'

/** Tells which background work does not get on. */
export const watchWorkers = (workers: readonly Worker[], { metrics }: Pick<Runtime, 'metrics'>): void =>
  metrics.gauge(
    {
      name: 'micro_worker_failures_in_a_row',
      help: 'Rounds of background work that failed one after the other; 0 while it gets on.',
      labels: ['worker'],
    },
    () => workers.map((worker) => ({ labels: { worker: worker.name }, value: worker.failuresInARow() })),
  )

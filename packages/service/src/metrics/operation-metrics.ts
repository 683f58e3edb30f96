import { Fault, monotonicMs } from '@micro/kernel'
import type { Runtime } from '../dependencies.ts'
import type { Idempotency } from '../idempotency.ts'
import type { Operation } from '../operation.ts'

const isRefusal = (error: unknown): boolean => error instanceof Fault && error.spec.status < 500

/** Counts and traces operations, the same whichever way they are called. */
export const watchedOperations = (
  operations: ReadonlyMap<string, Operation>,
  { metrics, traces }: Pick<Runtime, 'metrics' | 'traces'>,
): Map<string, Operation> => {
  const took = metrics.histogram({
    name: 'micro_operation_duration_seconds',
    help: 'Operations of a service, called over HTTP or in process. refused: the caller was told why; failed: ours to mend.',
    labels: ['operation', 'outcome'],
  })
  const fault = metrics.counter({
    name: 'micro_operation_faults_total',
    help: 'Operations that ended with a fault, by its code.',
    labels: ['operation', 'code'],
  })

  const watch = async <T>(operation: string, isRefused: (result: T) => boolean, work: () => Promise<T>): Promise<T> => {
    const beganMs = monotonicMs()
    const finished = (outcome: string) => took({ operation, outcome }, (monotonicMs() - beganMs) / 1_000)
    try {
      const result = await traces.step(operation, {}, work)
      finished(isRefused(result) ? 'refused' : 'ok')
      return result
    } catch (error) {
      finished(isRefusal(error) ? 'refused' : 'failed')
      fault({ operation, code: error instanceof Fault ? error.code : 'internal' })
      throw error
    }
  }

  const watched = [...operations].map(([name, operation]): [string, Operation] => [
    name,
    {
      ...operation,
      answer: (call) =>
        watch(
          name,
          ({ status }) => status >= 400,
          () => operation.answer(call),
        ),
      invoke: (call) =>
        watch(
          name,
          () => false,
          () => operation.invoke(call),
        ),
    },
  ])
  return new Map(watched)
}

/** Counts what became of idempotency keys. */
export const watchedIdempotency = (idempotency: Idempotency, { metrics }: Pick<Runtime, 'metrics'>): Idempotency => {
  const count = metrics.counter({
    name: 'micro_idempotency_keys_total',
    help: 'Requests with an idempotency key: claimed (new), resumed (after a crash), replayed, or refused by a fault.',
    labels: ['outcome'],
  })
  return {
    async claim(request) {
      try {
        const outcome = await idempotency.claim(request)
        if (outcome.kind === 'replay') count({ outcome: 'replayed' })
        else count({ outcome: outcome.claim.recoveryPoint === null ? 'claimed' : 'resumed' })
        return outcome
      } catch (error) {
        count({ outcome: error instanceof Fault ? error.code : 'failed' })
        throw error
      }
    },
  }
}

import { Fault, monotonicMs } from '@micro/kernel'
import type { Runtime } from '../dependencies.ts'
import type { ClaimOutcome, Idempotency } from '../idempotency.ts'
import type { Answer, Operation, RawCall } from '../operation.ts'
import { StreamReply } from '../stream-reply.ts'

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

  const begin = (operation: string) => {
    const beganMs = monotonicMs()
    const finished = (outcome: string) => took({ operation, outcome }, (monotonicMs() - beganMs) / 1_000)
    return {
      finished,
      failed(error: unknown): void {
        finished(isRefusal(error) ? 'refused' : 'failed')
        fault({ operation, code: error instanceof Fault ? error.code : 'internal' })
      },
    }
  }

  const watch = async <T>(operation: string, isRefused: (result: T) => boolean, work: () => Promise<T>): Promise<T> => {
    const { finished, failed } = begin(operation)
    try {
      const result = await traces.step(operation, {}, work)
      finished(isRefused(result) ? 'refused' : 'ok')
      return result
    } catch (error) {
      failed(error)
      throw error
    }
  }

  // A stream's work is done when its last line is, or its reader has left.
  async function* watchLines<T>(operation: string, lines: AsyncIterable<T>): AsyncGenerator<T> {
    const { finished, failed } = begin(operation)
    let failure: unknown
    try {
      yield* lines
    } catch (error) {
      failure = error
      throw error
    } finally {
      if (failure === undefined) finished('ok')
      else failed(failure)
    }
  }

  const answer = async (operation: Operation, call: RawCall): Promise<Answer> => {
    const { name, route } = operation
    const isRefused = ({ status }: Answer): boolean => status >= 400
    if (route.stream === undefined) return watch(name, isRefused, () => operation.answer(call))
    const work = (): Promise<Answer> => traces.step(name, {}, () => operation.answer(call))
    const { finished, failed } = begin(name)
    const answered = await work().catch((error: unknown) => {
      failed(error)
      throw error
    })
    const { stream } = answered
    if (stream !== undefined)
      return { ...answered, stream: new StreamReply(stream.format, watchLines(name, stream.lines)) }
    finished(isRefused(answered) ? 'refused' : 'ok')
    return answered
  }

  const watched = [...operations].map(([name, operation]): [string, Operation] => [
    name,
    {
      ...operation,
      answer: (call) => answer(operation, call),
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

/** Of a key that the work itself claims: counted when it has, since a repeat is only known by not getting it. */
const countedAtTheEnd = (outcome: ClaimOutcome, claimed: () => void): ClaimOutcome => {
  if (outcome.kind === 'replay') return outcome
  const counting = (mine: boolean): boolean => {
    if (mine) claimed()
    return mine
  }
  return {
    ...outcome,
    isStored: () => counting(outcome.isStored()),
    finish: async (response) => counting(await outcome.finish(response)),
    release: async () => counting(await outcome.release()),
  }
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
        if (request.withWork === true) return countedAtTheEnd(outcome, () => count({ outcome: 'claimed' }))
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

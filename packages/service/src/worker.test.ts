import { describe, expect, test } from 'vitest'
import { createLogger } from './log.ts'
import { createWorker } from './worker.ts'

const log = createLogger({ service: 'test', destination: { write: () => {} } })

describe('a worker', () => {
  test('does a round at its start, and one more for a ring during a round', async () => {
    let rounds = 0
    const second = Promise.withResolvers<void>()
    const worker = createWorker({
      name: 'test',
      everyMs: 600_000,
      log,
      round: () => {
        if (++rounds === 1) worker.ring()
        else second.resolve()
        return Promise.resolve(false)
      },
    })
    worker.start()
    await second.promise
    await worker.stop()
    expect(rounds).toBe(2)
  })

  test('goes on at once while a round says there is more', async () => {
    let rounds = 0
    const done = Promise.withResolvers<void>()
    const worker = createWorker({
      name: 'test',
      everyMs: 600_000,
      log,
      round: () => {
        if (++rounds === 5) done.resolve()
        return Promise.resolve(rounds < 5)
      },
    })
    worker.start()
    await done.promise
    await worker.stop()
    expect(rounds).toBe(5)
  })

  test('outlives rounds that throw', async () => {
    let rounds = 0
    const recovered = Promise.withResolvers<void>()
    const worker = createWorker({
      name: 'test',
      everyMs: 5,
      log,
      round: () => {
        if (++rounds < 3) return Promise.reject(new Error('the database is away'))
        recovered.resolve()
        return Promise.resolve(false)
      },
    })
    worker.start()
    await recovered.promise
    await worker.stop()
  })

  test('stops only after the round under way', async () => {
    const started = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    let finished = false
    const worker = createWorker({
      name: 'test',
      everyMs: 600_000,
      log,
      round: async () => {
        started.resolve()
        await finish.promise
        finished = true
        return false
      },
    })
    worker.start()
    await started.promise
    const stopped = worker.stop()
    finish.resolve()
    await stopped
    expect(finished).toBe(true)
  })
})

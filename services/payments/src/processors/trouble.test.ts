import { expect, test } from 'vitest'
import { createBench, patientConfig } from '../payments.fixture.ts'
import type { Processor } from './processor.ts'
import { simulatorProcessor } from './simulator.work.ts'
import { troubled } from './trouble.ts'

const signal = new AbortController().signal

test('so many of a hundred calls fail, half of them after their work was done', async () => {
  let done = 0
  const inner = { void: () => Promise.resolve(void done++) } as unknown as Processor
  const processor = troubled(inner, { latencyMs: 0, failurePercent: 20 })
  let failed = 0
  for (let at = 0; at < 100; at++) await processor.void('ch_1', signal).catch(() => failed++)
  expect([failed, done]).toEqual([20, 90])
})

test('without trouble the processor is the same', () => {
  const inner = {} as Processor
  expect(troubled(inner, { latencyMs: 0, failurePercent: 0 })).toBe(inner)
})

test('a call that takes too long ends with its signal', async () => {
  const processor = troubled({} as Processor, { latencyMs: 600_000, failurePercent: 0 })
  await expect(processor.find('ch_1', AbortSignal.abort(new Error('too late')))).rejects.toThrow()
})

test('payments through a simulator that loses every second answer are each made once, and the books agree', async () => {
  await using bench = await createBench({ config: patientConfig })
  const { db } = bench.database
  const { parts, call } = bench.another({
    processors: {
      test: troubled(simulatorProcessor({ db, clock: bench.clock }), { latencyMs: 1, failurePercent: 50 }),
      live: undefined,
    },
  })
  const body = { amount: 5_000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true }
  const ids: string[] = []
  for (let at = 0; at < 10; at++) ids.push((await call('/v1/payment_intents', { body })).body.id)
  for (let times = 0; times < 10; times++) {
    bench.clock.advance(20_000)
    while (await parts.completer.round().catch(() => false)) continue
  }
  for (const id of ids) {
    expect((await call(`/v1/payment_intents/${id}`)).body.status).toBe('succeeded')
    expect(await bench.simulated(id)).toBe(1)
  }
  await call('/payments/reconciliations', { body: {} })
  for (let times = 0; times < 10; times++) {
    bench.clock.advance(61_000)
    await parts.reconciliation.round()
  }
  const list = (await call('/payments/reconciliations')).body.data as unknown as {
    status: string
    automatic: boolean
  }[]
  expect(list.find(({ automatic }) => !automatic)).toMatchObject({ status: 'clean' })
})

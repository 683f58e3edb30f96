import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { addMs } from '@micro/kernel'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'
import { replay } from './replay.work.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const pay = async (): Promise<string> => {
  const { body } = await bench.call('/payments/payment_intents', {
    body: { amount: 1999, currency: 'usd', confirm: true },
  })
  expect(body.status).toBe('succeeded')
  return body.id
}
const postingOf = (intent: string) => bench.movementOf(intent)
const acknowledgeAll = () =>
  bench.database.db.sql`update payments.outbox set acked_at = ${bench.clock.now()} where acked_at is null`
const waiting = async () => (await bench.database.db.sql`select id from payments.outbox where acked_at is null`).length

test('what the ledger and the events service lost since a moment is told again, once each, and nothing older', async () => {
  const old = await pay()
  await acknowledgeAll()
  bench.clock.advance(60_000)
  const since = bench.clock.now()
  bench.clock.advance(1_000)
  const lost = [await pay(), await pay()]
  const eventsSince = await waiting()
  await acknowledgeAll()
  const booked = new Map(bench.ledger.booked)
  // The ledger comes back as it was at `since`.
  for (const [reference, posting] of booked)
    if (lost.includes(posting.metadata?.['payment_intent'] ?? '')) bench.ledger.booked.delete(reference)
  expect(bench.ledger.booked.size).toBe(1)

  expect(await replay({ db: bench.database.db, clock: bench.clock, since })).toEqual({
    postings: 2,
    events: eventsSince,
  })
  expect(await waiting()).toBe(eventsSince)
  for (const id of lost) expect(await postingOf(id)).toMatchObject({ posting: 'due', ledger_transaction: null })
  expect(await postingOf(old)).toMatchObject({ posting: 'done' })
  await bench.parts.movements.round()
  expect(bench.ledger.booked).toEqual(booked)
  for (const id of lost) expect(await postingOf(id)).toMatchObject({ posting: 'done' })
})

test('told too much, the ledger keeps what it has', async () => {
  const booked = new Map(bench.ledger.booked)
  const { postings } = await replay({
    db: bench.database.db,
    clock: bench.clock,
    since: addMs(bench.clock.now(), -1e9),
  })
  expect(postings).toBe(3)
  await eventually(async () => {
    await bench.parts.movements.round()
    const due = await bench.database.db.sql`select id from payments.movements where posting = 'due'`
    expect(due).toEqual([])
  })
  expect(bench.ledger.booked).toEqual(booked)
})

const program = (args: readonly string[], env: Record<string, string>) =>
  spawnSync(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...args], { env, encoding: 'utf8' })

test('as a program it says what it did, and what is wrong with how it was asked', () => {
  const DB_DSN = bench.database.urls.app
  const done = program(['--since', '2001-01-31T12:00:00Z'], { DB_DSN })
  expect([done.status, done.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^To be told again since 2001-01-31T12:00:00.000Z: 3 postings to the ledger, \d+ events\.\n$/,
    ),
  ])
  const wrong = program(['--since', 'yesterday'], {})
  expect(wrong.status).toBe(2)
  for (const problem of ['DB_DSN is missing', '--since must be']) expect(wrong.stderr).toContain(problem)
})

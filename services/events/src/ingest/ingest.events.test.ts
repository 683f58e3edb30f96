import type { BusMessages, OutboxEvent } from '@micro/contracts'
import { SQLSTATE, sqlState, type Database } from '@micro/postgres'
import { eventually, seededIds, testDatabase, type TestDatabase } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultEventsConfig } from '../config.ts'
import { eventsService } from '../service.ts'
import { arraySource, outboxEvent, testRuntime } from '../events.fixture.ts'

let database: TestDatabase
let db: Database
let stops: (() => Promise<void>)[] = []

beforeEach(async () => {
  database = await testDatabase('events')
  db = database.db
})
afterEach(async () => {
  for (const stop of stops) await stop()
  stops = []
  await database.close()
})

const start = async (source: ReturnType<typeof arraySource>['source'], over = {}, name = 'payments') => {
  const runtime = testRuntime(seededIds(1))
  const announced: BusMessages['events.stored'][] = []
  runtime.bus.subscribe('events.stored', (message) => void announced.push(message))
  const config = { ...defaultEventsConfig, pollMs: 10, ...over }
  const service = eventsService({ ...runtime, db, config, sources: { [name]: source } })
  await service.start()
  stops.push(service.stop)
  return { ...runtime, announced, service }
}

interface Row {
  merchant: string
  mode: string
  seq: bigint
  id: string
  object: { id: string; version?: number }
}
const stored = () => db.sql<Row>`select merchant, mode, seq, id, object from events.events order by merchant, mode, seq`
const deadLetters = () =>
  db.sql<{ event_id: string; reason: string }>`select event_id, reason from events.dead_letters order by position`

const expectGapFree = (rows: readonly Row[]) => {
  for (const own of Map.groupBy(rows, ({ merchant, mode }) => `${merchant} ${mode}`).values())
    expect(own.map(({ seq }) => seq)).toEqual(own.map((_, at) => BigInt(at + 1)))
}

test('two readers that keep taking the outbox from each other store every event once, gap-free and in each object’s order', async () => {
  const outbox = arraySource()
  // A lease this short lapses during every round, so that takeovers happen at every point of one.
  const readers = await Promise.all([
    start(outbox.source, { leaseMs: 1, batchMax: 7 }),
    start(outbox.source, { leaseMs: 1, batchMax: 11 }),
  ])
  const produce = async (producer: number) => {
    for (let version = 0; version < 40; version++) {
      const position = outbox.rows.length + 1
      const merchant = `acct_${producer % 3}`
      outbox.rows.push(
        outboxEvent(position, {
          merchant,
          mode: producer % 2 === 0 ? 'test' : 'live',
          object: { id: `ch_${producer}`, version },
        }),
      )
      readers[version % 2]?.bus.publish('outbox.ready', { service: 'payments' })
      if (version % 5 === 0) await new Promise(setImmediate)
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, producer) => produce(producer)))
  await eventually(() => outbox.waiting() === 0)

  const rows = await stored()
  expect(rows.length).toBe(320)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(320)
  expectGapFree(rows)
  for (const own of Map.groupBy(rows, ({ object }) => object.id).values())
    expect(own.map(({ object }) => object.version)).toEqual(Array.from({ length: 40 }, (_, version) => version))
  const announced = readers
    .flatMap((reader) => reader.announced)
    .flatMap(({ events }) => events.map(({ event }) => event.id))
  expect(announced.toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
})

test('two outboxes feeding the same merchants at once share one gap-free order and never deadlock', async () => {
  const [payments, ledger] = [arraySource(), arraySource()]
  const reader = await Promise.all([
    start(payments.source, { batchMax: 20 }),
    start(ledger.source, { batchMax: 20 }, 'ledger'),
  ])
  for (let at = 1; at <= 200; at++) {
    payments.rows.push(outboxEvent(at, { event_id: `evt_p${at}`, merchant: `acct_${at % 5}` }))
    ledger.rows.push(outboxEvent(at, { event_id: `evt_l${at}`, merchant: `acct_${4 - (at % 5)}` }))
  }
  await eventually(() => payments.waiting() + ledger.waiting() === 0)
  const rows = await stored()
  expect(rows.length).toBe(400)
  expectGapFree(rows)
  expect(reader.flatMap(({ lines }) => lines).filter((line) => line.includes('round_failed'))).toEqual([])
})

test('when the acknowledgement is lost the events come again and are neither stored nor announced twice', async () => {
  const outbox = arraySource()
  outbox.rows.push(outboxEvent(1), outboxEvent(2))
  outbox.failures.acknowledge = 2
  const { announced } = await start(outbox.source)
  await eventually(() => outbox.waiting() === 0)
  outbox.rows.push(outboxEvent(3))
  await eventually(() => outbox.waiting() === 0)
  expect((await stored()).map(({ id, seq }) => [id, seq])).toEqual([
    ['evt_000001', 1n],
    ['evt_000002', 2n],
    ['evt_000003', 3n],
  ])
  await eventually(() => announced.length === 2)
  expect(announced.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([1, 2, 3])
})

test('that an outbox waits for no acknowledgement is noted once it is so, and not before', async () => {
  const drained = () => db.sql`select name from events.sources where drained_at is not null`
  const outbox = arraySource()
  outbox.rows.push(outboxEvent(1))
  outbox.failures.acknowledge = 1e9
  await start(outbox.source)
  await eventually(() => outbox.pulls() > 3)
  expect(await stored()).toHaveLength(1)
  expect(await drained()).toEqual([])
  outbox.failures.acknowledge = 0
  await eventually(async () => expect(await drained()).toHaveLength(1))
  expect(outbox.waiting()).toBe(0)
})

test('an event whose lower position becomes visible after a higher one was stored is not missed', async () => {
  const outbox = arraySource()
  await start(outbox.source)
  outbox.rows.push(outboxEvent(9))
  await eventually(() => outbox.waiting() === 0)
  outbox.rows.push(outboxEvent(4))
  await eventually(() => outbox.waiting() === 0)
  expect((await stored()).map(({ id }) => id)).toEqual(['evt_000009', 'evt_000004'])
})

test('rows that cannot be stored are put aside and acknowledged, and those around them are stored in order', async () => {
  // What passes every check of ours, and the database still refuses.
  await database.owner.sql`alter table events.events add check (object->>'id' <> 'ch_refused')`
  const outbox = arraySource()
  outbox.rows.push(
    outboxEvent(1),
    outboxEvent(2, { mode: 'elsewhere' } as unknown as Partial<OutboxEvent>),
    outboxEvent(3, { object: { id: 'ch_refused' } }),
    outboxEvent(4),
    outboxEvent(5, { event_id: 'evt_000004', merchant: 'acct_thief' }),
    outboxEvent(6),
  )
  await start(outbox.source)
  await eventually(() => outbox.waiting() === 0)
  expect((await stored()).map(({ id, seq }) => [id, seq])).toEqual([
    ['evt_000001', 1n],
    ['evt_000004', 2n],
    ['evt_000006', 3n],
  ])
  const dead = await deadLetters()
  expect(dead.map(({ event_id }) => event_id)).toEqual(['evt_000002', 'evt_000003', 'evt_000004'])
  expect(dead[1]?.reason).toMatch(/the database refused it/)
  expect(dead[2]?.reason).toMatch(/belongs to another event/)
})

test('a source that fails is asked again, and a reader that stops hands its outbox over at once', async () => {
  const outbox = arraySource()
  outbox.rows.push(outboxEvent(1))
  outbox.failures.pull = 3
  const first = await start(outbox.source, { leaseMs: 60_000 })
  await eventually(() => outbox.waiting() === 0)
  await first.service.stop()
  outbox.rows.push(outboxEvent(2))
  await start(outbox.source, { leaseMs: 60_000 })
  await eventually(() => outbox.waiting() === 0)
  expect((await stored()).length).toBe(2)
})

test('while one reader holds an outbox, another does not touch it', async () => {
  const outbox = arraySource()
  await start(outbox.source, { leaseMs: 60_000 })
  outbox.rows.push(outboxEvent(1))
  await eventually(() => outbox.waiting() === 0)
  const idle = arraySource()
  const second = await start(idle.source, { leaseMs: 60_000 })
  second.bus.publish('outbox.ready', { service: 'payments' })
  outbox.rows.push(outboxEvent(2))
  await eventually(() => outbox.waiting() === 0)
  expect(idle.pulls()).toBe(0)
})

test('a lease that another took between two batches is noticed before anything is stored', async () => {
  const outbox = arraySource()
  const { bus } = await start(outbox.source, { leaseMs: 60_000 })
  outbox.rows.push(outboxEvent(1))
  await eventually(() => outbox.waiting() === 0)
  await database.owner.sql`update events.sources set holder = 'another', epoch = epoch + 1`
  const pulls = outbox.pulls()
  outbox.rows.push(outboxEvent(2))
  bus.publish('outbox.ready', { service: 'payments' })
  await eventually(() => outbox.pulls() > pulls)
  await database.owner.sql`update events.sources set leased_until = now() - interval '1 second'`
  await eventually(() => outbox.waiting() === 0)
  expect(await db.sql`select epoch from events.sources`).toEqual([{ epoch: 3n }])
  expect((await stored()).map(({ seq }) => seq)).toEqual([1n, 2n])
})

test('a lease that a dead reader took before the clock was set back keeps nobody waiting until it tells that time again', async () => {
  const outbox = arraySource()
  outbox.rows.push(outboxEvent(1))
  await db.sql`
    insert into events.sources (name, holder, leased_until, epoch)
    values ('payments', 'dead', clock_timestamp() + interval '1 hour', 7)`
  await start(outbox.source)
  await eventually(() => outbox.waiting() === 0)
  expect((await stored()).map(({ seq }) => seq)).toEqual([1n])
  expect(await db.sql`select epoch from events.sources`).toEqual([{ epoch: 8n }])
})

test('batches in quick succession share one taking of the lease', async () => {
  const outbox = arraySource()
  await start(outbox.source, { leaseMs: 60_000 })
  const leasedUntil = () => db.sql`select leased_until from events.sources`
  outbox.rows.push(outboxEvent(1))
  await eventually(() => outbox.waiting() === 0)
  const taken = await leasedUntil()
  outbox.rows.push(outboxEvent(2))
  await eventually(() => outbox.waiting() === 0)
  expect(await leasedUntil()).toEqual(taken)
})

test('the running service cannot change or delete what happened', async () => {
  const outbox = arraySource()
  outbox.rows.push(outboxEvent(1))
  await start(outbox.source)
  await eventually(() => outbox.waiting() === 0)
  const attempts = [
    () => db.sql`update events.events set type = 'charge.failed'`,
    () => db.sql`delete from events.events`,
    () => db.sql`truncate events.events`,
    () => db.sql`delete from events.heads`,
    () => db.sql`delete from events.dead_letters`,
  ]
  for (const attempt of attempts) {
    const state = await attempt().then(() => 'done', sqlState)
    expect(state).toBe(SQLSTATE.insufficientPrivilege)
  }
})

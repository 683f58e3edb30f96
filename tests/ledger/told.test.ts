/** The ledger and the events service together: what is recorded is told once and in order, whoever dies in between. */
import { createClient, localTransport } from '@micro/client'
import { ledgerApi, type MerchantPrincipal, type Mode } from '@micro/contracts'
import { defaultEventsConfig } from '../../services/events/src/config.ts'
import { fakeAuditLog } from '../../services/events/src/events.fixture.ts'
import type { Source } from '../../services/events/src/ingest/ingest.events.ts'
import { eventsService } from '../../services/events/src/service.ts'
import { merchant, move, startLedger, type Ledger } from '../../services/ledger/src/testing/ledger.ts'
import { eventually, testDatabase, testRuntime, type TestDatabase } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

interface Stored {
  readonly merchant: string
  readonly mode: Mode
  readonly seq: bigint
  readonly id: string
  readonly type: string
  readonly object: {
    readonly id: string
    readonly seq: number
    readonly livemode: boolean
    readonly reference_id: string
  }
}

let ledger: Ledger
let store: TestDatabase
let stops: (() => Promise<void>)[] = []
beforeEach(async () => {
  ;[ledger, store] = await Promise.all([startLedger(), testDatabase('events')])
})
afterEach(async () => {
  for (const stop of stops) await stop()
  stops = []
  await ledger.close()
  await store.close()
})

const read = (source: Source, over: object = {}) => {
  const config = { ...defaultEventsConfig, pollMs: 10, ...over }
  const service = eventsService({
    ...testRuntime(),
    db: store.db,
    config,
    auth: fakeAuditLog().client,
    sources: { ledger: source },
  })
  stops.push(service.stop)
  return service.start()
}
const ledgers = (): Source =>
  createClient(ledgerApi, localTransport(ledger.service, { kind: 'service', service: 'events' }))

const all = () =>
  store.db.sql<Stored>`select merchant, mode, seq, id, type, object from events.events order by merchant, mode, seq`
const posted = async (who: MerchantPrincipal): Promise<Stored[]> =>
  (await all()).filter(
    (event) => event.merchant === who.merchant && event.mode === who.mode && event.type === 'ledger.transaction.posted',
  )
const untold = async (): Promise<number> =>
  (
    await ledger.database.owner.sql<{
      id: bigint
    }>`select id from ledger.stretches union all select id from ledger.outbox`
  ).length
const allTold = () => eventually(async () => expect(await untold()).toBe(0), { timeoutMs: 120_000 })

const open = async (who: MerchantPrincipal) => {
  for (const id of ['a', 'b']) await ledger.account(who, id)
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)
const expectGapFree = (events: readonly Stored[]) => {
  for (const own of Map.groupBy(events, (event) => `${event.merchant} ${event.mode}`).values())
    expect(own.map(({ seq }) => Number(seq))).toEqual(upTo(own.length))
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
}

test('readers that take it from each other, and acknowledgements that are lost: all of it once, gapless, in the order of the book', async () => {
  const who = merchant('acct_busy')
  await open(who)
  let asked = 0
  const flaky: Source = {
    pullOutbox: (input) => ledgers().pullOutbox(input),
    // Every third never arrives, every third arrives and its answer does not.
    async acknowledgeOutbox(input) {
      const turn = asked++ % 3
      if (turn === 0) throw new Error('the acknowledgement was lost')
      const answer = await ledgers().acknowledgeOutbox(input)
      if (turn === 1) throw new Error('the answer was lost')
      return answer
    },
  }
  // A lease this short lapses during every round, so that takeovers happen at every point of one.
  await Promise.all([read(flaky, { leaseMs: 1, batchMax: 7 }), read(flaky, { leaseMs: 1, batchMax: 11 })])
  const answers = await Promise.all(
    upTo(300).map((at) => ledger.record(who, `ref-${at}`, move(1, { from: 'a', to: 'b' }))),
  )
  expect(answers.map(({ status }) => status)).toEqual(upTo(300).map(() => 201))
  await allTold()
  const events = await all()
  expectGapFree(events)
  expect(events.filter(({ type }) => type === 'ledger.account.created')).toHaveLength(2)
  expect((await posted(who)).map(({ object }) => object.seq)).toEqual(upTo(300))
})

test('a reader that dies after it stored and before it acknowledged leaves nothing out and nothing twice', async () => {
  const who = merchant('acct_dead')
  await open(who)
  for (const at of upTo(3)) await ledger.record(who, `ref-${at}`, move(1, { from: 'a', to: 'b' }))
  const dies: Source = {
    pullOutbox: (input) => ledgers().pullOutbox(input),
    acknowledgeOutbox: () => Promise.reject(new Error('killed')),
  }
  await read(dies)
  await eventually(async () => expect(await posted(who)).toHaveLength(3))
  await stops.pop()?.()
  expect(await untold()).toBeGreaterThan(0)
  const before = await all()
  await ledger.record(who, 'ref-4', move(1, { from: 'a', to: 'b' }))
  await read(ledgers())
  await allTold()
  const after = await all()
  expect(after.slice(0, before.length)).toEqual(before)
  expectGapFree(after)
  expect((await posted(who)).map(({ object }) => object.reference_id)).toEqual(['ref-1', 'ref-2', 'ref-3', 'ref-4'])
})

test('8,000 of one flight are told like any others, and neither merchant nor mode sees what is not its own', async () => {
  const [who, live, other] = [merchant('acct_bulk'), merchant('acct_bulk', 'live'), merchant('acct_other')]
  for (const each of [who, live, other]) await open(each)
  await read(ledgers())
  const transactions = upTo(8_000).map((at) => ({
    reference_id: `bulk-${at}`,
    entries: move(1, { from: 'a', to: 'b' }),
  }))
  const body = { atomic: true, results: 'summary', transactions }
  const [bulk] = await Promise.all([
    ledger.post(who, '/ledger/transactions/bulk', body),
    ledger.record(live, 'one', move(1, { from: 'a', to: 'b' })),
    ledger.record(other, 'one', move(1, { from: 'a', to: 'b' })),
  ])
  expect(bulk.status).toBe(200)
  await allTold()
  expectGapFree(await all())
  expect((await posted(who)).map(({ object }) => object.seq)).toEqual(upTo(8_000))
  for (const each of [live, other]) {
    const own = await posted(each)
    expect(own.map(({ object }) => object.livemode)).toEqual([each.mode === 'live'])
  }
}, 180_000)

test('what cannot be told is a dead letter, and what comes after it is told', async () => {
  const who = merchant('acct_odd')
  await open(who)
  await ledger.record(who, 'before', move(1, { from: 'a', to: 'b' }))
  // As whoever is at the database might leave it: no event is of a list.
  await ledger.database.owner.sql`
    insert into ledger.outbox (event_id, merchant, mode, type, created_at, object)
    values ('evt_odd', ${who.merchant}, 'test', 'ledger.account.created', now(), '[]')`
  await ledger.record(who, 'after', move(1, { from: 'a', to: 'b' }))
  await read(ledgers())
  await allTold()
  expect((await posted(who)).map(({ object }) => object.reference_id)).toEqual(['before', 'after'])
  expect(await store.db.sql<{ reason: string }>`select reason from events.dead_letters`).toEqual([
    { reason: 'object is no JSON object' },
  ])
})

test('a book that was there before the ledger told anything is told from then on, and nothing of before', async () => {
  const who = merchant('acct_old')
  await open(who)
  for (const at of upTo(5)) await ledger.record(who, `old-${at}`, move(1, { from: 'a', to: 'b' }))
  // What an installation has after it came from a version without events: its history, and nothing to be told.
  await ledger.database.owner.sql`delete from ledger.stretches`
  await ledger.database.owner.sql`delete from ledger.outbox`
  await read(ledgers())
  await ledger.record(who, 'new', move(1, { from: 'a', to: 'b' }))
  await allTold()
  expect((await all()).map(({ object }) => object.reference_id)).toEqual(['new'])
})

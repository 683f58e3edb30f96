import type { Tenant } from '@micro/contracts'
import { idFloor } from '@micro/kernel'
import { isForeignKeyViolation, SQLSTATE, sqlState } from '@micro/postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { insertEvents, noteDrained, raiseHeads, takeLease } from '../ingest/ingest.store.ts'
import { key } from '../webhooks.fixture.ts'
import { midweek, retentionWorld, type RetentionWorld } from './retention.fixture.ts'

let world: RetentionWorld
beforeEach(async () => {
  world = await retentionWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const other: Tenant = { merchant: 'acct_b', mode: 'live' }
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)
const whole = (first: number, last: number) => ({ seqs: range(first, last), first, last })
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('partitions', () => {
  test('of this week and four more are made, once, by however many processes at a time', async () => {
    await Promise.allSettled(Array.from({ length: 4 }, () => world.another().retention.round()))
    await world.retain()
    const made = await world.partitions()
    expect(made).toHaveLength(6)
    await world.retain()
    expect(await world.partitions()).toEqual(made)
    await world.age(0, 3)
    expect(await world.database.owner.sql`select from events.events_rest`).toHaveLength(0)
    expect(await world.order()).toEqual(whole(1, 3))
  })

  test('are not needed for an event to be stored: none made, long past, far ahead, of another making', async () => {
    await world.age(0, 2)
    await world.retain()
    await world.age(0, 1, { idDaysAgo: 400 })
    await world.age(0, 1, { idDaysAgo: -400 })
    await world.store([{ id: 'evt_x' }])
    expect(await world.order()).toEqual(whole(1, 5))
    expect(await world.database.owner.sql`select from events.events_rest`).toHaveLength(5)
  })

  test('begin and end where the ids of their weeks do', async () => {
    for (const time of ['1970-01-01T00:00:00Z', '2026-11-23T00:00:00Z', '2026-11-29T23:59:59.999Z'].map(
      (text) => new Date(text),
    )) {
      const [row] = await world.database.owner.sql<{ floor: string }>`select events.id_floor(${time}) as floor`
      expect(row?.floor).toBe(idFloor('event', time))
    }
  })
})

describe('the database itself', () => {
  const insert = (seqs: readonly bigint[], { raise = seqs.length, ids = seqs.map((seq) => `evt_new${seq}`) } = {}) =>
    world.database.db.transaction(async (sql) => {
      if (raise > 0) await raiseHeads(sql, [{ merchant: 'acct_a', mode: 'test', arrivals: { length: raise } }])
      const rows = seqs.map((seq, at) => ({
        ...{ merchant: 'acct_a', mode: 'test' as const, seq, id: ids[at] ?? '', type: 'charge.succeeded' },
        ...{ api_version: 'v', created_at: new Date(0), request_id: null, idempotency_key: null, object: {} },
      }))
      await insertEvents(sql, 'payments', rows)
    })

  beforeEach(async () => {
    await world.retain()
    await world.age(0, 3)
  })

  for (const [what, seqs, raise, state] of [
    ['a seq that is there, under an id of another partition', [3n], 1, SQLSTATE.checkViolation],
    ['a seq after one that is left out', [5n], 1, SQLSTATE.checkViolation],
    ['a seq twice', [4n, 4n], 2, SQLSTATE.uniqueViolation],
    ['a seq that was not given out', [4n, 5n], 1, SQLSTATE.checkViolation],
    ['a seq without its head', [4n], 0, SQLSTATE.checkViolation],
    ['a seq that was given out and to no event', [], 1, SQLSTATE.checkViolation],
    ['fewer than were given out', [4n], 2, SQLSTATE.checkViolation],
  ] as const)
    test(`refuses ${what}`, async () => {
      const ids = seqs.map((seq, at) => `evt_${seq}x${at}`)
      expect(sqlState(await outcome(insert(seqs, { raise, ids })))).toBe(state)
      expect(await world.order()).toEqual(whole(1, 3))
    })

  test('refuses an id that is there, whoever brings it', async () => {
    const [id = ''] = await world.age(0, 1)
    const failure = await outcome(world.store([{ id }], other))
    expect((failure as Error).message).toMatch(/id_key|_id_idx/)
  })

  test('keeps no event for less than a week, and lets the service delete none otherwise', async () => {
    const { sql } = world.database.db
    await expect(sql`select * from events.drop_oldest_partition(6)`).rejects.toThrow(/7 days/)
    await expect(sql`select events.delete_from_rest(6, 10)`).rejects.toThrow(/7 days/)
    await expect(sql`delete from events.events`).rejects.toThrow(/permission denied/)
    await expect(sql`select from events.events_rest`).rejects.toThrow(/permission denied/)
    await expect(sql`update events.heads set first_seq = 3`).rejects.toThrow(/permission denied/)
  })

  test('lets no delivery begin anew of an event that has left', async () => {
    await world.endpoint({ url: 'http://127.0.0.1:4999' })
    const { sql } = world.database.owner
    const [id = ''] = await world.age(0, 1)
    expect(isForeignKeyViolation(await outcome(sql`delete from events.events where id = ${id}`))).toBe(true)
    await sql`update events.deliveries set status = 'failed', next_attempt_at = null`
    await sql`delete from events.events where id = ${id}`
    expect(
      isForeignKeyViolation(
        await outcome(sql`update events.deliveries set status = 'pending', next_attempt_at = now()`),
      ),
    ).toBe(true)
  })
})

describe('what was stored longer ago than events are kept', () => {
  beforeEach(async () => {
    await world.weeks(10)
  })

  test('leaves with its partition, from each merchant the beginning of its order, and nothing else', async () => {
    await world.age(50, 4)
    await world.age(50, 2, { tenant: other })
    await world.age(29, 3)
    await world.age(0, 2)
    await world.database.owner.sql`
      insert into events.dead_letters (source, position, event_id, reason, content) values ('payments', '1', 'evt_1', 'no', '{}')`
    await world.retain()
    expect(await world.order()).toEqual(whole(5, 9))
    expect(await world.order(other)).toEqual({ seqs: [], first: 3, last: 2 })
    await world.age(0, 1, { tenant: other })
    expect(await world.order(other)).toEqual(whole(3, 3))
    expect(await world.database.owner.sql`select from events.dead_letters`).toHaveLength(1)
    // Weeks that ended over 31 days ago are gone: of the last eight four or five are left.
    expect((await world.partitions()).length).toBeLessThan(12)
  })

  test('stays while a delivery of it is still to be tried, and longer only than that', async () => {
    await world.endpoint({ url: 'http://127.0.0.1:4999' })
    await world.age(50, 3)
    await world.retain()
    expect(await world.order()).toEqual(whole(1, 3))
    await world.database.owner.sql`update events.deliveries set status = 'failed', next_attempt_at = null`
    await world.retain()
    expect(await world.order()).toEqual({ seqs: [], first: 4, last: 3 })
  })

  test('stays until everything its outbox had by then is acknowledged', async () => {
    await world.age(50, 3)
    const { db } = world.database
    const lease = await takeLease(db.sql, { source: 'payments', holder: 'a', leaseMs: 1_000 })
    await world.retain()
    expect(await world.order()).toEqual(whole(1, 3))
    const daysAgo = (days: number) => new Date((lease?.at.getTime() ?? 0) - days * 86_400_000)
    await noteDrained(db.sql, { source: 'payments', at: daysAgo(51) })
    await world.retain()
    expect(await world.order()).toEqual(whole(1, 3))
    await noteDrained(db.sql, { source: 'payments', at: daysAgo(49) })
    await world.retain()
    expect((await world.order()).seqs).toEqual([])
  })

  test('takes along what is before it in its order, however young its id; what came late by its id stays', async () => {
    const old = midweek(7)
    await world.age(old + 1, 1)
    await world.age(old, 2, { idDaysAgo: 20 })
    await world.age(old - 1, 1)
    await world.age(5, 1)
    const [late = ''] = await world.age(4, 1, { idDaysAgo: old })
    await world.age(3, 1)
    await world.retain()
    expect(await world.order()).toEqual(whole(5, 7))
    expect(await world.database.owner.sql`select id from events.events_rest`).toEqual([{ id: late }])
  })

  test('is asked for once more by a session that nobody came back to, and leaves all the same', async () => {
    const [id = ''] = await world.age(50, 1)
    const { sql } = world.database.owner
    await sql`
      insert into events.cli_sessions (websocket_hash, sealed_credential, merchant, mode, key_id, device_name, features, filters, after_seq)
      values (repeat('a', 64), '', 'acct_a', 'test', 'key', 'd', '{webhooks}', '', 0)`
    await sql`
      insert into events.cli_resends (websocket_hash, merchant, mode, event_id) values (repeat('a', 64), 'acct_a', 'test', ${id})`
    await world.retain()
    expect((await world.order()).seqs).toEqual([])
  })
})

test('what lies in no partition of a week leaves, too, in order, and no further than the first that is to be kept', async () => {
  await world.endpoint({ url: 'http://127.0.0.1:4999' })
  await world.database.owner.sql`update events.webhook_endpoints set status = 'disabled', disabled_reason = 'requested'`
  await world.age(60, 3)
  await world.age(10, 1)
  await world.age(60, 1)
  await world.database.owner.sql`update events.webhook_endpoints set status = 'enabled', disabled_reason = null`
  await world.age(60, 2, { tenant: { merchant: 'acct_a', mode: 'live' } })
  await world.age(60, 2, { tenant: other })
  await world.retain()
  expect(await world.order()).toEqual(whole(4, 5))
  expect((await world.order(other)).seqs).toEqual([])
  expect((await world.call(key(), { url: '/v1/events' })).body.data).toHaveLength(2)
})

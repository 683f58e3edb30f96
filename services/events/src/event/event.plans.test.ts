/** What is told of one object is read by its own index, with and without statistics, however much else there is. */
import { only, type Sql } from '@micro/postgres'
import { testDatabase, type TestDatabase, withoutAutovacuum } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newerRelatedDeliveries, olderRelatedDeliveries } from '../deliveries/delivery.store.ts'
import { selectRelatedAfter, selectRelatedBefore } from './event.store.ts'

const tenant = { merchant: 'acct_a', mode: 'test' } as const
const events = 6_000
const page = { types: null, ledger: true, from: null, until: null, limit: 11 }
const asked = {
  filter: { endpoint: null, event: null, type: null, status: null, from: null, until: null },
  place: null,
  limit: 11,
}

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase('events')
  await withoutAutovacuum(database.owner.sql)
  await database.owner.transaction(async (sql) => {
    await sql`
      insert into events.webhook_endpoints (
        merchant, mode, id, url, enabled_events, status, secret, signature, in_order, concurrency, timeout_seconds, created_at)
      values ('acct_a', 'test', 'we_1', 'http://127.0.0.1/', '{charge.*}', 'enabled', 'sealed', 'stripe', false, 4, 20, now())`
    await sql`insert into events.heads (merchant, mode, last_seq) values ('acct_a', 'test', ${events})`
    // Three of each payment, and all of one customer.
    await sql`
      insert into events.events (merchant, mode, seq, id, type, api_version, created_at, object, object_id, payment_intent, customer, source)
      select 'acct_a', 'test', n, 'evt_' || lpad(n::text, 6, '0'), 'charge.succeeded', '2026-10-28.endive', now(),
        '{}', 'ch_' || n, 'pi_' || n / 3, 'cus_1', 'payments'
      from generate_series(1, ${events}::int) as n`
  })
})
afterAll(() => database.close())

const rowsRead = async (sql: Sql): Promise<number> =>
  Number(
    only(
      await sql<{ read: bigint }>`
      select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int8 as read from pg_stat_xact_user_tables
      where schemaname = 'events'`,
    ).read,
  )

const reads = {
  'the events of a payment, newest first': (sql: Sql) =>
    selectRelatedBefore(sql, tenant, { related: 'pi_700', before: null, ...page }),
  'the events of a payment, oldest first': (sql: Sql) =>
    selectRelatedAfter(sql, tenant, { related: 'pi_700', after: 1n, ...page }),
  'a page of the events of a customer': (sql: Sql) =>
    selectRelatedBefore(sql, tenant, { related: 'cus_1', before: 5_000n, ...page }),
  'the deliveries of a payment, newest first': (sql: Sql) =>
    olderRelatedDeliveries(sql, tenant, { related: 'pi_700', ...asked }),
  'the deliveries of a payment, oldest first': (sql: Sql) =>
    newerRelatedDeliveries(sql, tenant, { related: 'pi_700', ...asked }),
  'the first page of the deliveries of a customer': (sql: Sql) =>
    olderRelatedDeliveries(sql, tenant, { related: 'cus_1', ...asked }),
  'a page of the deliveries of a customer, newest first': (sql: Sql) =>
    olderRelatedDeliveries(sql, tenant, { related: 'cus_1', ...asked, place: { seq: 5_000n, id: 'wd' } }),
  'the last page of the deliveries of a customer': (sql: Sql) =>
    olderRelatedDeliveries(sql, tenant, { related: 'cus_1', ...asked, place: { seq: 12n, id: '' } }),
  'a page of the deliveries of a customer, oldest first': (sql: Sql) =>
    newerRelatedDeliveries(sql, tenant, { related: 'cus_1', ...asked, place: { seq: 1_000n, id: 'wd' } }),
  'a page of the deliveries of a customer by what is of them all': (sql: Sql) =>
    olderRelatedDeliveries(sql, tenant, {
      related: 'cus_1',
      place: null,
      limit: 11,
      filter: { ...asked.filter, endpoint: 'we_1', type: 'charge.succeeded', status: 'pending' },
    }),
} as const

for (const statistics of ['without statistics', 'with statistics'])
  for (const [name, read] of Object.entries(reads))
    test(`${statistics} ${name} are read without the others`, async () => {
      if (statistics === 'with statistics')
        await database.owner.sql`analyze events.events, events.events_rest, events.deliveries`
      await database.db.transaction(async (sql) => {
        const before = await rowsRead(sql)
        const rows = await read(sql)
        expect(rows).toHaveLength(name.includes('customer') ? page.limit : 3)
        expect((await rowsRead(sql)) - before).toBeLessThanOrEqual(3 * page.limit)
      })
    })

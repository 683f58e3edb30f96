/** What a comparison asks of many movements is read by its key, with and without statistics. */
import { only, type Sql } from '@micro/postgres'
import { withoutAutovacuum } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'
import { findNamed } from './books.store.ts'

const tenant = { merchant: 'acct_a', mode: 'test' } as const
const movements = 5_000

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
  await withoutAutovacuum(bench.database.owner.sql)
  await bench.database.owner.sql`
    insert into payments.movements (
      id, merchant, mode, kind, source, amount, net, currency, available_on, request_id, created_at, recorded_at, posting,
      ledger_transaction)
    select 'txn_' || n, ${tenant.merchant}, ${tenant.mode}, 'charge', 'ch_' || n, 100, 100, 'usd', now(), 'req_1', now(),
      now(), 'done', 'ltx_' || n
    from generate_series(1, ${movements}::int) as n`
})
afterAll(() => bench[Symbol.asyncDispose]())

const rowsRead = async (sql: Sql): Promise<number> =>
  Number(
    only(
      await sql<{ read: bigint }>`
      select (seq_tup_read + idx_tup_fetch)::int8 as read from pg_stat_xact_user_tables
      where relid = 'payments.movements'::regclass`,
    ).read,
  )

for (const statistics of ['without statistics', 'with statistics'])
  test(`${statistics} ten names are looked up by reading no more than ten movements`, async () => {
    if (statistics === 'with statistics') await bench.database.owner.sql`analyze payments.movements`
    const there = Array.from({ length: 5 }, (_, at) => ({ kind: 'charge', source: `ch_${100 + at}` }))
    const absent = there.map(({ source }) => ({ kind: 'refund', source }))
    await bench.database.db.transaction(async (sql) => {
      const before = await rowsRead(sql)
      expect(await findNamed(sql, tenant, [...there, ...absent])).toEqual(there)
      expect((await rowsRead(sql)) - before).toBeLessThanOrEqual(10)
    })
  })

import { createLogger } from '@micro/service'
import { eventually, fakeClock, unwatched } from '@micro/testing'
import type { Tenant } from '@micro/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeDueMovements } from '../movements/movement.store.ts'
import { findDuePayouts } from '../payouts/payout.store.ts'
import { createBench, type Bench } from '../payments.fixture.ts'
import { createQueue } from './queue.work.ts'
import { start } from './turns.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

/** So many movements of a merchant's that the ledger has not confirmed. */
const insertMovements = (merchant: string, count: number) => bench.database.owner.sql`
  insert into payments.movements (
    id, merchant, mode, kind, source, charge, amount, fee, net, currency, available_on, metadata, effective_at, request_id,
    created_at, recorded_at, posting, posting_attempts, posting_after)
  select 'txn_' || ${merchant}::text || n, ${merchant}, 'test', 'charge', ${merchant}::text || n, null, 100, 0, 100, 'usd',
    now(), '{}', now(), 'req_1', now(), now(), 'due', 0, '2020-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, ${count}::int) as n`

const until = new Date(Date.UTC(2100, 0))
const now = new Date(Date.UTC(2030, 0))

test('however much waits of one merchant, another has its turn in the next batch, and both go on', async () => {
  await insertMovements('acct_many', 5_000)
  await bench.database.owner.sql`analyze payments.movements`
  await insertMovements('acct_one', 1)
  const { sql } = bench.database.db
  const take = (more: object = {}) =>
    takeDueMovements(sql, { limit: 20, each: 10, behind: start, full: [], now, until, ...more })
  const batches = [await take(), await take()]
  const counts = batches.map((batch) =>
    ['acct_one', 'acct_many'].map((id) => batch.filter(({ merchant }) => merchant === id).length),
  )
  expect(counts).toEqual([
    [1, 10],
    [0, 10],
  ])
  expect(await take({ full: ['acct_many/test'] })).toEqual([])
  expect(await take({ behind: { merchant: 'acct_many', mode: 'test' } })).toEqual([])
  const plan = await bench.database.owner.sql<{ 'QUERY PLAN': string }>`
    explain select merchant, mode from payments.movements
    where posting = 'due' and (merchant, mode) > ('acct_many', 'test') order by merchant, mode limit 1`
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('movements_due_of_tenant')
})

test('merchants take turns among payouts that are due', async () => {
  const insert = (merchant: string, count: number) => bench.database.owner.sql`
    insert into payments.payouts (
      id, merchant, mode, amount, currency, status, arrival_date, balance_transaction, due_at, request_id, created_at)
    select 'po_' || ${merchant}::text || n, ${merchant}, 'test', 100, 'usd', 'pending', now(), 'txn_1',
      '2020-01-01'::timestamptz + n * interval '1 second', 'req_1', now()
    from generate_series(1, ${count}::int) as n`
  await insert('acct_many', 900)
  await insert('acct_one', 1)
  await bench.database.owner.sql`update payments.payouts set due_at = '2021-01-01' where merchant = 'acct_one'`
  const due = await findDuePayouts(bench.database.db.sql, { now, limit: 20 })
  expect(due.map(({ merchant }) => merchant)).toContain('acct_one')
  expect(due).toHaveLength(20)
})

test('while all that a merchant may have under way hangs, others are worked on', async () => {
  type Item = Tenant & { readonly id: string }
  const waiting: Item[] = Array.from({ length: 30 }, (_, at) => ({ merchant: 'acct_a', mode: 'test', id: `a${at}` }))
  const done: string[] = []
  const hanging: (() => void)[] = []
  const queue = createQueue<Item>(
    {
      ...unwatched(),
      db: bench.database.db,
      clock: fakeClock(),
      log: createLogger({ service: 'test', destination: { write: () => {} } }),
    },
    {
      name: 'test',
      work: 'void',
      everyMs: 10,
      batchSize: 4,
      leased: true,
      idOf: ({ id }) => id,
      take({ limit, each, full }) {
        const of = (merchant: string) => waiting.filter((item) => item.merchant === merchant).slice(0, each)
        const taken = ['acct_a', 'acct_b']
          .filter((merchant) => !full.includes(`${merchant}/test`))
          .flatMap(of)
          .slice(0, limit)
        for (const item of taken) waiting.splice(waiting.indexOf(item), 1)
        return Promise.resolve(taken)
      },
      async one({ id, merchant }) {
        if (merchant === 'acct_a') await new Promise<void>((resolve) => hanging.push(resolve))
        done.push(id)
        return 'done'
      },
    },
  )
  queue.worker.start()
  await eventually(() => expect(hanging).toHaveLength(2))
  waiting.push({ merchant: 'acct_b', mode: 'test', id: 'b' })
  await eventually(() => expect(done).toEqual(['b']))
  expect(hanging, 'no more than half of all').toHaveLength(2)
  const stopped = queue.worker.stop()
  for (const release of hanging) release()
  await stopped
  expect(done.toSorted()).toEqual(['a0', 'a1', 'b'])
})

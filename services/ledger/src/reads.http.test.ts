/** What many slow reads come to for those who post. */
import type { Sql } from '@micro/postgres'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectSound, merchant, move, startLedger, tally, type Ledger } from './testing/ledger.ts'

let ledger: Ledger
const who = merchant('acct_posts')
const readers = Array.from({ length: 8 }, (_, at) => merchant(`acct_reads${at}`))
beforeAll(async () => {
  ledger = await startLedger({ poolSize: 7 })
  for (const each of [who, ...readers]) for (const id of ['a', 'b']) await ledger.account(each, id)
})
afterAll(() => ledger.close())

const locks = {
  assets: (sql: Sql) => sql`lock table ledger.assets in access exclusive mode`,
  holds: (sql: Sql) => sql`lock table ledger.holds in access exclusive mode`,
  shifted: (sql: Sql) => sql`lock table ledger.shifted_entries in access exclusive mode`,
}

/** Reads that end when they are let: they wait for a table that no posting needs. */
const slowly = async <T>(table: keyof typeof locks, work: () => Promise<T>): Promise<T> => {
  const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holder = ledger.database.owner.transaction(async (sql) => {
    await locks[table](sql)
    locked.resolve()
    await release.promise
  })
  await locked.promise
  try {
    return await work()
  } finally {
    release.resolve()
    await holder
  }
}
const expectReading = async (count: number): Promise<void> =>
  expect(await ledger.database.owner.sql`select from pg_locks where not granted`).toHaveLength(count)

const routes = [
  ['assets', '/ledger/export'],
  ['holds', '/ledger/holds'],
] as const
for (const [table, url] of routes)
  test(`GET ${url}: many at once take no connection from those who post`, async () => {
    const { reads, postings } = await slowly(table, async () => {
      const reads = readers.map((each) => ledger.get(each, url))
      await eventually(() => expectReading(3))
      const postings = await Promise.all(
        Array.from({ length: 5 }, (_, at) => ledger.record(who, `${table} ${at}`, move(1, { from: 'a', to: 'b' }))),
      )
      await expectReading(3)
      return { reads, postings }
    })
    expect(tally(postings)).toEqual({ 201: 5 })
    expect(tally(await Promise.all(reads))).toEqual({ 200: 8 })
    await expectSound(ledger)
  })

test('reports do not wait for those who close large books', async () => {
  const { closings, report } = await slowly('shifted', async () => {
    const closings = readers.slice(0, 2).map((each) => ledger.post(each, '/ledger/periods', { closes_through: 1_000 }))
    await eventually(() => expectReading(2))
    const report = await ledger.get(who, '/ledger/trial_balance')
    // Neither closing has ended meanwhile: the report is there before them.
    await expectReading(2)
    return { closings, report }
  })
  expect(report).toMatchObject({ status: 200 })
  expect(tally(await Promise.all(closings))).toEqual({ 201: 2 })
})

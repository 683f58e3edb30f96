import { eventually, scratchDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { CommitUnknownError, createDatabase, isUniqueViolation, only, type Database } from './index.ts'

let scratch: TestDatabase
let db: Database

beforeAll(async () => {
  scratch = await scratchDatabase()
  db = createDatabase({ url: scratch.urls.owner, applicationName: 'in order', poolSize: 2 })
  await db.sql`create table scratch.steps (at int primary key, backend int not null default pg_backend_pid(),
    seen bigint not null)`
})
beforeEach(() => scratch.owner.sql`truncate scratch.steps`)
afterAll(async () => {
  await db.close()
  await scratch.close()
})

const step = (at: number) =>
  db.inOrder`insert into scratch.steps (at, seen) select ${at}::int, count(*) from scratch.steps`
const steps = () =>
  scratch.owner.sql<{ at: number; backend: number; seen: bigint }>`select * from scratch.steps order by at`

test('statements run one after another on one connection, in the order of their calls', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, at) => step(at)))
  const rows = await steps()
  expect(rows.map(({ at, seen }) => seen - BigInt(at))).toEqual(Array(50).fill(0n))
  expect(new Set(rows.map(({ backend }) => backend)).size).toBe(1)
})

test('one that fails leaves those before and behind it alone', async () => {
  const outcomes = await Promise.allSettled([step(1), step(1), step(2)])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(isUniqueViolation((outcomes[1] as PromiseRejectedResult).reason)).toBe(true)
  expect((await steps()).map(({ at }) => at)).toEqual([1, 2])
})

test('it leaves the connection to others as soon as nothing is under way', async () => {
  const alone = createDatabase({ url: scratch.urls.owner, applicationName: 'alone', poolSize: 1 })
  await alone.inOrder`select 1`
  expect(only(await alone.sql<{ one: number }>`select 1 as one`).one).toBe(1)
  await alone.close()
})

test('a lost connection leaves all that was sent unknown, and what comes after gets another', async () => {
  await step(1)
  const ended = Promise.allSettled([db.inOrder`select pg_sleep(60)`, step(2)])
  await eventually(
    async () =>
      (
        await scratch.owner.sql`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'in order' and query like '%pg_sleep%' and state = 'active'`
      ).length > 0,
  )
  const outcomes = await ended
  expect(outcomes.map((each) => each.status === 'rejected' && each.reason instanceof CommitUnknownError)).toEqual([
    true,
    true,
  ])
  await step(3)
  expect((await steps()).map(({ at }) => at)).toEqual([1, 3])
})

test('a parameter that cannot be sent fails before anything is', async () => {
  await expect(db.inOrder`select ${undefined}::text`).rejects.toThrow('undefined')
  await step(1)
  expect(await steps()).toHaveLength(1)
})

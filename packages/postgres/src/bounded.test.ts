import { eventually, scratchDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boundDatabase, createDatabase, isConnectionError, only, type Database } from './index.ts'

let scratch: TestDatabase
let db: Database

beforeAll(async () => {
  scratch = await scratchDatabase()
  db = createDatabase({ url: scratch.urls.owner, applicationName: 'bounded', poolSize: 3, acquireTimeoutMs: 500 })
})
afterAll(async () => {
  await db.close()
  await scratch.close()
})

/** Work that takes until it is told to end. */
const stay = (bounded: Database) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = bounded.transaction(async (sql) => {
    await sql`select 1`
    await promise
  })
  return { end: resolve, done }
}
const connections = async () =>
  (await scratch.owner.sql`select from pg_stat_activity where application_name = 'bounded' and state <> 'idle'`).length

test('however much of it there is, connections are left for the rest', async () => {
  const bounded = boundDatabase(db, { max: 2 })
  const stays = Array.from({ length: 6 }, () => stay(bounded))
  await eventually(async () => expect(await connections()).toBe(2))
  expect(only(await db.sql<{ one: number }>`select 1 as one`).one).toBe(1)
  for (const { end } of stays) end()
  await Promise.all(stays.map(({ done }) => done))
  // Whoever left made room, also those whose work failed.
  for (let at = 0; at < 3; at++) await expect(bounded.sql`select 1 / 0`).rejects.toThrow('division')
  expect(await bounded.sql`select 1`).toHaveLength(1)
})

test('whoever waits in vain is told, and takes no place', async () => {
  const bounded = boundDatabase(db, { max: 1, waitMs: 20 })
  const first = stay(bounded)
  const refused = await bounded.sql`select 1`.catch((error: unknown) => error)
  expect(isConnectionError(refused)).toBe(true)
  first.end()
  await first.done
  expect(await bounded.sql`select 1`).toHaveLength(1)
})

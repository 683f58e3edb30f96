import { createDatabase } from '@micro/postgres'
import { scratchDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noTraces } from '../traces/traces.ts'
import { databaseObserver } from './database-metrics.ts'
import { createMetricsRegistry } from './registry.ts'

let scratch: TestDatabase
beforeAll(async () => {
  scratch = await scratchDatabase()
})
afterAll(() => scratch.close())

/** A database with one connection, and what is counted of it. */
const open = (acquireTimeoutMs: number) => {
  const registry = createMetricsRegistry()
  const observer = databaseObserver({ metrics: registry.of('test'), traces: noTraces() })
  const url = scratch.urls.owner
  const db = createDatabase({ url, applicationName: 'observed', poolSize: 1, acquireTimeoutMs, observer })
  return { db, counted: () => registry.text() }
}

test('a database transaction run again counts once, with the reason for each further try', async () => {
  const { db, counted } = open(5_000)
  let tries = 0
  await db.transaction(async (sql) => {
    if (++tries < 3) await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`
  })
  await db.transaction(() => Promise.reject(new Error('refused'))).catch(() => {})
  const text = await counted()
  expect(text).toContain('retries_total{service="test",reason="serialization_failure"} 2')
  expect(text).toContain('transaction_duration_seconds_count{service="test",outcome="committed"} 1')
  expect(text).toContain('transaction_duration_seconds_count{service="test",outcome="failed"} 1')
  expect(text).toContain('micro_database_connections_max{service="test"} 1')
  await db.close()
})

test('who waits for a connection shows as waiting, and as failed when there is none in time', async () => {
  const { db, counted } = open(1_000)
  await db.sql`select 1`
  await db.transaction(async (sql) => {
    await sql`select 1`
    const late = db.sql`select 1`
    expect(await counted()).toContain('micro_database_connections_awaited{service="test"} 1')
    expect(await counted()).toContain('micro_database_connections{service="test",state="used"} 1')
    await late.catch(() => {})
  })
  expect(await counted()).toContain('acquire_duration_seconds_count{service="test",outcome="failed"} 1')
  await db.close()
})

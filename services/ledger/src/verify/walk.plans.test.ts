/** A walk reads each row a few times, however its slices fall: never an account, or the book, from the start again. */
import { only, type Sql } from '@micro/postgres'
import { withoutAutovacuum } from '@micro/testing'
import { createCheckpointReader } from '@micro/signing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { findBookRow } from './book.store.ts'
import { start, walkBook, type Walked } from './walk.ts'

let ledger: Ledger
const who = merchant()
const [transactions, legs, accounts] = [30, 100, 400]

beforeAll(async () => {
  ledger = await startLedger()
  await withoutAutovacuum(ledger.database.owner.sql)
  for (const id of ['hot', 'warm']) await ledger.account(who, id)
  await ledger.database.owner.sql`
    insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
    select b.lane, b.id, b.merchant, b.mode, 'idle_' || n, 'Idle', 'asset', 'usd', false, now()
    from ledger.books b, generate_series(1, ${accounts}) n`
  const pair = move(1, { from: 'hot', to: 'warm' })
  const entries = Array.from({ length: legs / 2 }, () => pair).flat()
  for (let at = 0; at < transactions; at++) expect((await ledger.record(who, `r${at}`, entries)).status).toBe(201)
})
afterAll(() => ledger.close())

const rowsRead = async (sql: Sql): Promise<number> =>
  Number(
    only(
      await sql<{ read: bigint }>`
      select sum(seq_tup_read + idx_tup_fetch)::int8 as read from pg_stat_xact_user_tables where schemaname = 'ledger'`,
    ).read,
  )

const walk = (sliceMax: number, from = start) =>
  ledger.database.db.transaction(async (sql) => {
    const book = await findBookRow(sql, who)
    if (book === undefined) throw new Error('there is a book')
    const before = await rowsRead(sql)
    let last: Walked | undefined
    const steps = walkBook(sql, book, { readCheckpoint: createCheckpointReader([]), sliceMax, from })
    for (let step = await steps.next(); ; step = await steps.next()) {
      last = step.value
      if (step.done === true) return { last, read: (await rowsRead(sql)) - before }
    }
  })

test('small slices read hardly more than large ones, without statistics and with', async () => {
  for (const analyzed of [false, true]) {
    if (analyzed) await ledger.database.owner.sql`analyze`
    const whole = await walk(100_000)
    expect(whole.last).toMatchObject({ entries: transactions * legs, accounts: 2, findings: [] })
    const sliced = await walk(50)
    expect(sliced.last).toEqual(whole.last)
    expect(whole.read / (transactions * legs)).toBeLessThan(10)
    // Before it has statistics, PostgreSQL sorts what is left of an account for each slice of it.
    if (analyzed) expect(sliced.read / whole.read).toBeLessThan(2)
    expect(sliced.read / (transactions * legs)).toBeLessThan(30)
  }
})

test('a walk that goes on behind some accounts does not look at them again', async () => {
  const { last } = await walk(100_000)
  const behind = await walk(100_000, last.place)
  expect(behind.last).toMatchObject({ entries: 0, accounts: 0, findings: [] })
})

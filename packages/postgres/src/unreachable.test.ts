import { scratchDatabase, startFaultProxy, type FaultProxy, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CommitUnknownError, createDatabase, isConnectionError, isPassing, type Database } from './index.ts'

let scratch: TestDatabase
let proxy: FaultProxy
let db: Database

beforeAll(async () => {
  scratch = await scratchDatabase()
  await scratch.owner.sql`create table scratch.notes (id int primary key)`
  const url = new URL(scratch.urls.owner)
  proxy = await startFaultProxy({ to: [Number(url.port)] })
  url.port = String(proxy.port)
  db = createDatabase({ url: url.href, applicationName: 'far away', poolSize: 2, answerTimeoutMs: 300 })
})
beforeEach(async () => {
  // The server still waits for whoever vanished, locks in hand.
  proxy.cut()
  await scratch.owner.sql`truncate scratch.notes`
})
afterAll(async () => {
  proxy.cut()
  await db.close()
  await proxy.stop()
  await scratch.close()
})

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  )
const notes = () => scratch.owner.sql`select id from scratch.notes order by id`

describe('a database whose host vanished without closing anything', () => {
  test('is a connection error within the time for an answer, and all connections are made anew when it is back', async () => {
    await Promise.all([db.sql`select 1`, db.sql`select 1`])
    proxy.add({ kind: 'half_open' })
    const waiting = [db.sql`select 1`, db.transaction((sql) => sql`insert into scratch.notes values (1)`)]
    for (const work of waiting) expect(isConnectionError(await caught(work))).toBe(true)
    proxy.heal()
    // The proxy is well, but the old connections are deaf for good.
    for (let times = 0; times < 4; times++) await db.sql`select 1`
    await expect(notes()).resolves.toEqual([])
  })

  test('at COMMIT leaves open what became of it', async () => {
    let written = false
    const work = () =>
      db.transaction(async (sql) => {
        await sql`insert into scratch.notes values (1)`
        written = true
        proxy.add({ kind: 'half_open' })
      })
    // A connection of the test before may still be found deaf with the first statement.
    let error = await caught(work())
    while (!written) error = await caught(work())
    expect(error).toBeInstanceOf(CommitUnknownError)
    proxy.heal()
    await db.sql`select 1`
  })
})

test('a COMMIT whose reply is cut off says that it may have happened, and it has', async () => {
  proxy.add({ kind: 'cut_reply', bytes: 0, reply: (bytes) => bytes.includes('COMMIT\0') })
  const work = db.transaction((sql) => sql.andCommit`insert into scratch.notes values (2)`)
  expect(await caught(work)).toBeInstanceOf(CommitUnknownError)
  proxy.heal()
  await expect(notes()).resolves.toEqual([{ id: 2 }])
})

test('whoever stops within a transaction does not keep its locks from those who go on', async () => {
  await scratch.owner.sql`insert into scratch.notes values (3)`
  const sleeper = createDatabase({ url: scratch.urls.owner, applicationName: 'sleeper', transactionPauseMsMax: 200 })
  const locked = Promise.withResolvers<void>()
  const woken = Promise.withResolvers<void>()
  const slept = caught(
    sleeper.transaction(async (sql) => {
      await sql`select id from scratch.notes where id = 3 for update`
      locked.resolve()
      await woken.promise
      await sql`delete from scratch.notes where id = 3`
    }),
  )
  await locked.promise
  await scratch.owner.sql`update scratch.notes set id = 4 where id = 3`
  woken.resolve()
  expect(isPassing(await slept)).toBe(true)
  await expect(notes()).resolves.toEqual([{ id: 4 }])
  await sleeper.close()
})

describe('a statement of its own', () => {
  /** Its sequence counts tries, whatever is rolled back. */
  const restart = () =>
    scratch.owner.sql`create sequence if not exists scratch.tries`.then(
      () => scratch.owner.sql`alter sequence scratch.tries restart`,
    )
  beforeAll(async () => {
    await scratch.owner.sql`
      create function scratch.stumble(state text, times int) returns bigint language plpgsql as $$
      declare nth bigint := nextval('scratch.tries');
      begin
        if nth <= times then raise exception 'stumbled' using errcode = state; end if;
        return nth;
      end $$`
  })

  for (const state of ['40001', '40P01'])
    test(`refused for another's sake (${state}) is tried again`, async () => {
      await restart()
      await expect(db.sql`select scratch.stumble(${state}, 3) as nth`).resolves.toEqual([{ nth: 4n }])
    })

  test('refused again and again is a passing trouble', async () => {
    await restart()
    expect(isPassing(await caught(db.sql`select scratch.stumble('40001', 9)`))).toBe(true)
    await expect(scratch.owner.sql`select last_value from scratch.tries`).resolves.toEqual([{ last_value: 5n }])
  })

  for (const [state, what] of [
    ['53100', 'a full disk'],
    ['53200', 'want of memory'],
    ['57014', 'want of time'],
    ['25006', 'a standby in place of the server'],
  ] as const)
    test(`that met ${what} may succeed later`, async () => {
      await restart()
      expect(isPassing(await caught(db.sql`select scratch.stumble(${state}, 1)`))).toBe(true)
    })

  test('that is wrong will not', async () => {
    expect(isPassing(await caught(db.sql`select 1 / 0`))).toBe(false)
  })

  test('told that its server is a standby leaves that connection for another', async () => {
    const pid = () => db.sql<{ pid: number }>`select pg_backend_pid() as pid`
    const before = new Set([...(await pid()), ...(await pid())].map((row) => row.pid))
    for (let times = 0; times < 2; times++) {
      await restart()
      await caught(db.sql`select scratch.stumble('25006', 1)`)
    }
    const after = await pid()
    expect(after.some((row) => before.has(row.pid))).toBe(false)
  })
})

test('a transaction that is let take longer is waited for longer', async () => {
  const longer = { answerTimeoutMs: 20_000 }
  const slow = (options?: typeof longer) => db.transaction((sql) => sql`select pg_sleep(0.5)`, options)
  expect(await slow(longer)).toHaveLength(1)
  expect(await caught(slow())).toMatchObject({ message: expect.stringContaining('timeout') })
})

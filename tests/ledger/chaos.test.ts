import { createDatabase, migrate, provisionService } from '@micro/postgres'
import { eventually, temporaryDirectory, testDatabase, type TestDatabase } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startFaultyPostgres } from '../faults/postgres.ts'
import {
  askUntilTold,
  book,
  expectAllOf,
  openAccounts,
  startEngines,
  transfer,
  type Engines,
  type Told,
} from './engines.ts'

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))

/** So many clients, one posting after another each, to whichever engine, until `count` are told their end. */
const load = async (engines: Engines, { clients, count }: { clients: number; count: number }) => {
  const told = new Map<string, Told>()
  let next = 0
  const client = async (nth: number): Promise<void> => {
    for (let at = next++; at < count; at = next++) {
      const [from, to] = at % 3 === 0 ? ['a', 'b'] : ['b', 'c']
      const reference = `load-${at}`
      told.set(reference, await askUntilTold(engines, transfer(reference, { from, to, amount: 1n }), nth))
    }
  }
  const done = Promise.all(times(clients, client))
  return { told, done, count: () => told.size }
}

const untilTold = (count: () => number, least: number): Promise<unknown> =>
  eventually(() => count() >= least, { timeoutMs: 60_000 })

describe('three posting engines on one database', () => {
  let database: TestDatabase
  let engines: Engines
  beforeEach(async () => {
    database = await testDatabase('ledger')
    engines = startEngines(database.urls.app, 3)
    await openAccounts(database.db.sql, { a: {}, b: {}, c: {}, funds: { minAvailable: 0n }, cup: { maxBalance: 50n } })
  })
  afterEach(async () => {
    await engines.close()
    await database.close()
  })

  test('of 1,000 overdraft attempts at once exactly as many succeed as there are funds for', async () => {
    const told = new Map<string, Told>()
    told.set('fill', await askUntilTold(engines, transfer('fill', { from: 'a', to: 'funds', amount: 137n })))
    await Promise.all(
      times(1_000, async (at) => {
        // Each of the engines has a third of them.
        const reference = `draw-${at}`
        told.set(
          reference,
          await askUntilTold(engines, transfer(reference, { from: 'funds', to: 'b', amount: 1n }), at),
        )
      }),
    )
    const answers = [...told.values()].map((each) => ('id' in each ? 'recorded' : each.refused))
    expect(Object.groupBy(answers, (each) => each)['recorded']).toHaveLength(138)
    expect(Object.groupBy(answers, (each) => each)['insufficient_funds']).toHaveLength(863)
    await expectAllOf(database.urls.owner, told)
  })

  test('of 300 that would overfill an account exactly as many succeed as it has room for, repeats and all', async () => {
    const told = new Map<string, Told>()
    await Promise.all(
      times(300, async (at) => {
        const request = transfer(`pour-${at}`, { from: 'a', to: 'cup', amount: 3n })
        const [one, two] = await Promise.all([
          askUntilTold(engines, request, at),
          askUntilTold(engines, request, at + 1),
        ])
        expect(two).toEqual(one)
        told.set(request.reference, one)
      }),
    )
    expect([...told.values()].filter((each) => 'id' in each)).toHaveLength(16)
    await expectAllOf(database.urls.owner, told)
  })

  test('whose connections are cut under load lose nothing and record nothing twice', async () => {
    const superuser = createDatabase({ url: database.superuserUrl, poolSize: 1, applicationName: 'chaos cutter' })
    const { told, done, count } = await load(engines, { clients: 60, count: 1_500 })
    let cuts = 0
    for (let round = 1; round <= 12; round++) {
      await untilTold(count, round * 100)
      const rows = await superuser.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'chaos' and datname = current_database()`
      cuts += rows.length
    }
    await done
    await superuser.close()
    // How many connections there are is the engines’ business: they are cut in most rounds, or this proves nothing.
    expect([told.size, cuts > 6]).toEqual([1_500, true])
    await expectAllOf(database.urls.owner, told)
  })
})

test(
  'a server that is ended at once under load, twice, keeps all that was acknowledged',
  { timeout: 180_000 },
  async () => {
    await using directory = await temporaryDirectory()
    const postgres = await startFaultyPostgres(directory.path)
    try {
      const passwords = { owner: 'owner', app: 'app' }
      const { superuserUrl } = postgres
      const urls = await provisionService({ superuserUrl, service: 'ledger', database: 'ledger', passwords })
      const migrations = new URL('../../services/ledger/migrations/', import.meta.url)
      await migrate({ url: urls.ownerUrl, schema: 'ledger', directory: migrations })
      const engines = startEngines(urls.appUrl, 2)
      const owner = createDatabase({ url: urls.ownerUrl, poolSize: 1, applicationName: 'chaos owner' })
      await openAccounts(owner.sql, { a: {}, b: {}, c: {} })
      await owner.close()
      const { told, done, count } = await load(engines, { clients: 40, count: 600 })
      for (const at of [150, 350]) {
        await untilTold(count, at)
        await postgres.stopNow()
        await postgres.start()
      }
      await done
      await engines.close()
      expect(told.size).toBe(600)
      await expectAllOf(urls.ownerUrl, told)
    } finally {
      await postgres.stop()
    }
  },
)

test('sums reach what the database holds to the last unit, and never one further', async () => {
  await using database = await testDatabase('ledger')
  const engines = startEngines(database.urls.app, 1)
  await openAccounts(database.db.sql, { vast: {}, other: {} })
  const largest = 10n ** 38n - 1n
  const superuser = createDatabase({ url: database.superuserUrl, poolSize: 1, applicationName: 'chaos bounds' })
  // As a hundred million postings of the largest amount would leave it.
  await superuser.transaction(async (sql) => {
    await sql`alter table ledger.accounts disable trigger user`
    await sql`update ledger.accounts set posted_credits = ${largest - 10n}, version = 1 where public_id = 'vast'`
    await sql`alter table ledger.accounts enable trigger user`
  })
  await superuser.close()
  const post = (reference: string, amount: bigint) =>
    askUntilTold(engines, transfer(reference, { from: 'other', to: 'vast', amount }))
  expect(await post('one too many', 11n)).toEqual({ refused: 'sum_out_of_range' })
  expect(await post('the last', 10n)).toHaveProperty('id')
  expect(await post('none is left', 1n)).toEqual({ refused: 'sum_out_of_range' })
  const [vast] = await database.owner.sql`
    select a.posted_credits, e.balance_after from ledger.accounts a join ledger.entries e on e.account = a.id
    where a.public_id = 'vast' and a.merchant = ${book.merchant}`
  expect(vast).toEqual({ posted_credits: largest, balance_after: largest })
  await engines.close()
})

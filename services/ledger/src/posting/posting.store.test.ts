import { createDatabase } from '@micro/postgres'
import { eventually } from '@micro/testing'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findBooks, lockBooks } from './posting.store.ts'
import { laneOf } from '../books/lane.ts'
import { expectSound, merchant, move, startLedger, tally, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const times = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

test('of many parallel posts of one reference exactly one is recorded, the others are told it', async () => {
  const who = merchant('acct_same')
  for (const id of ['a', 'b']) await ledger.account(who, id)
  const answers = await Promise.all(times(50).map(() => ledger.record(who, 'one', move(7, { from: 'a', to: 'b' }))))
  expect(tally(answers)).toEqual({ 200: 49, 201: 1 })
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect((await ledger.get(who, '/ledger/accounts/b')).body).toMatchObject({ net: 7 })
})

test('of parallel posts of one reference with different contents one wins, the others conflict', async () => {
  const who = merchant('acct_rivals')
  for (const id of ['a', 'b']) await ledger.account(who, id)
  const answers = await Promise.all(
    times(20).map((at) => ledger.record(who, 'one', move(at + 1, { from: 'a', to: 'b' }))),
  )
  expect(tally(answers)).toEqual({ 201: 1, 409: 19 })
})

test('200 parallel posts number their book from 1 to 200 without a gap, in the order of time', async () => {
  const who = merchant('acct_many')
  for (const id of ['a', 'b']) await ledger.account(who, id)
  const answers = await Promise.all(
    times(200).map((at) => {
      ledger.clock.advance(1)
      return ledger.record(who, `ref-${at}`, move(at + 1, { from: 'a', to: 'b' }))
    }),
  )
  expect(tally(answers)).toEqual({ 201: 200 })
  const seqs = answers.map(({ body }) => Number(body['seq'])).toSorted((a, b) => a - b)
  expect(seqs).toEqual(times(200).map((at) => at + 1))
})

test('16 workers on one pair of accounts in opposite orders: nothing fails, nothing deadlocks', async () => {
  const who = merchant('acct_hot')
  for (const id of ['a', 'b']) await ledger.account(who, id)
  const answers = await Promise.all(
    times(16).map(async (worker) => {
      const statuses: number[] = []
      for (const at of times(20)) {
        const [from, to] = worker % 2 === 0 ? ['a', 'b'] : ['b', 'a']
        statuses.push((await ledger.record(who, `${worker}-${at}`, move(1, { from, to }))).status)
      }
      return statuses
    }),
  )
  expect(answers.flat()).toEqual(times(320).map(() => 201))
  expect((await ledger.get(who, '/ledger/accounts/a')).body).toMatchObject({
    net: 0,
    credits_str: '160',
    debits_str: '160',
  })
})

test('a book whose postings have to wait leaves the database to the others', async () => {
  const [busy, other] = [merchant('acct_busy'), merchant('acct_other')]
  for (const id of ['a', 'b']) await ledger.account(busy, id)
  await ledger.account(other, 'a')
  const release = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holder = ledger.database.owner.transaction(async (sql) => {
    const [book] = await findBooks(sql, [busy])
    await lockBooks(sql, [{ lane: laneOf(busy), id: book?.id ?? 0n }])
    locked.resolve()
    await release.promise
  })
  await locked.promise
  const posts = times(50).map((at) => ledger.record(busy, `wait-${at}`, move(1, { from: 'a', to: 'b' })))
  await eventually(async () => (await ledger.database.owner.sql`select from pg_locks where not granted`).length > 0)
  expect((await ledger.get(other, '/ledger/accounts/a')).status).toBe(200)
  release.resolve()
  await holder
  expect(tally(await Promise.all(posts))).toEqual({ 201: 50 })
})

test('connections lost in the middle lose nothing and double nothing: retries converge', async () => {
  const who = merchant('acct_cut')
  for (const id of ['a', 'b']) await ledger.account(who, id)
  const superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test', poolSize: 1 })
  const send = async (at: number) => (await ledger.record(who, `cut-${at}`, move(1, { from: 'a', to: 'b' }))).status
  const acknowledged = new Set<number>()
  let open = times(120)
  for (let round = 0; open.length > 0; round++) {
    const sent = Promise.all(open.map(async (at) => [at, await send(at)] as const))
    if (round < 5)
      await superuser.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where usename = 'ledger_app' and datname = current_database()`
    const answers = await sent
    expect(answers.filter(([, status]) => ![200, 201, 503].includes(status))).toEqual([])
    open = answers.filter(([, status]) => status === 503).map(([at]) => at)
    for (const [at, status] of answers) if (status < 300) acknowledged.add(at)
  }
  await superuser.close()
  expect(acknowledged.size).toBe(120)
  // A read may still meet a connection that was cut while it was idle.
  await eventually(async () =>
    expect((await ledger.get(who, '/ledger/accounts/b')).body).toMatchObject({ net: 120, credits_str: '120' }),
  )
})

describe('against a model', () => {
  const names = ['a', 'b', 'c', 'd'] as const
  const largest = 10n ** 30n
  const amount = fc.oneof(fc.bigInt(-5n, 5n), fc.bigInt(-largest, largest))
  const account = fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.constant('unknown') },
  )
  const entries = fc.array(fc.record({ account, amount }), { minLength: 1, maxLength: 4 })
  // Most are made to balance by a last entry (of 0 or too much at times); the rest nearly never does.
  const fresh = fc.record({
    reference: fc.constantFrom(...times(15).map((at) => `r${at}`)),
    entries,
    last: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
  })
  const posting = fresh.map((each) => {
    const amount = -each.entries.reduce((sum, entry) => sum + entry.amount, 0n)
    return {
      reference: each.reference,
      entries: each.last === undefined ? each.entries : [...each.entries, { account: each.last, amount }],
    }
  })
  // At times an earlier one is sent again, with its entries in another order.
  const postings = fc
    .array(fc.tuple(posting, fc.option(fc.nat(), { freq: 3 })), { minLength: 1, maxLength: 20 })
    .map((drawn) =>
      drawn.map(([each, repeat], at) => {
        const earlier = repeat === null ? undefined : drawn[repeat % (at + 1)]?.[0]
        return earlier === undefined ? each : { ...earlier, entries: earlier.entries.toReversed() }
      }),
    )

  const byText = (a: string, b: string) => (a < b ? -1 : 1)
  type Entries = readonly { account: string; amount: bigint }[]
  const wellFormed = (entries: Entries) =>
    new Set(entries.map((each) => each.account)).size > 1 &&
    entries.every(({ amount }) => amount !== 0n && amount <= largest && amount >= -largest)
  const postable = (entries: Entries, known: ReadonlyMap<string, bigint>) =>
    entries.every((each) => known.has(each.account)) && entries.reduce((sum, each) => sum + each.amount, 0n) === 0n

  const expected = (on: {
    content: string
    stored: string | undefined
    entries: Entries
    known: ReadonlyMap<string, bigint>
  }) => {
    if (!wellFormed(on.entries)) return 400
    if (on.stored !== undefined) return on.stored === on.content ? 200 : 409
    return postable(on.entries, on.known) ? 201 : 400
  }

  test('random transactions, valid and not, end as a naive ledger says, and balances are the fold of the entries', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(postings, async (drawn) => {
        const who = merchant(`acct_model_${run++}`)
        for (const id of names) await ledger.account(who, id)
        const balances = new Map<string, bigint>(names.map((name) => [name, 0n]))
        const recorded = new Map<string, string>()
        for (const { reference, entries } of drawn) {
          const content = JSON.stringify(entries.map((each) => `${each.account} ${each.amount}`).toSorted(byText))
          const want = expected({ content, stored: recorded.get(reference), entries, known: balances })
          const { status } = await ledger.record(
            who,
            reference,
            entries.map((each) => ({ account_id: each.account, amount: String(each.amount) })),
          )
          expect(status).toBe(want)
          if (want !== 201) continue
          recorded.set(reference, content)
          for (const each of entries) balances.set(each.account, (balances.get(each.account) ?? 0n) + each.amount)
        }
        for (const [name, net] of balances) {
          expect((await ledger.get(who, `/ledger/accounts/${name}`)).body['net_str']).toBe(String(net))
        }
      }),
      { numRuns: 25 },
    )
  })
})

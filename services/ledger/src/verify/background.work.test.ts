import { createDatabase, only, type Database, type Sql } from '@micro/postgres'
import { createLogger, createMetricsRegistry } from '@micro/service'
import { testRuntime } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testConfig } from '../testing/config.ts'
import { merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { createBackgroundVerifier } from './background.work.ts'

let ledger: Ledger
let superuser: Database
let lines: Record<string, unknown>[]
/** How many times as long as it worked it rested, after each slice. */
let rests: (number | undefined)[]
const config = testConfig()
const who = merchant()
const going = new AbortController().signal
const day = config.verifyEveryMs

beforeAll(async () => {
  ledger = await startLedger({ config })
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  for (const each of [who, merchant('acct_b')]) for (const id of ['cash', 'sales']) await ledger.account(each, id)
})
afterAll(async () => {
  await superuser.close()
  await ledger.close()
})
beforeEach(() => {
  lines = []
  rests = []
})

let references = 0
const record = async (as = who, count = 1) => {
  for (let at = 0; at < count; at++)
    expect((await ledger.record(as, `r${++references}`, move(5, { from: 'cash', to: 'sales' }))).status).toBe(201)
}

/** As one process has it; another holds other leases. */
const verifier = (db: Database = ledger.database.db) => {
  const registry = createMetricsRegistry()
  const runtime = testRuntime({ clock: ledger.clock, seed: ++references })
  const log = createLogger({
    service: 'ledger',
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  })
  const rest = (_workedMs: number, _signal: AbortSignal, times?: number) => {
    rests.push(times)
    return Promise.resolve()
  }
  return {
    ...createBackgroundVerifier({ ...runtime, db, config, log, metrics: registry.of('ledger'), rest }),
    registry,
  }
}
const all = async (round: (signal: AbortSignal) => Promise<boolean>) => {
  while (await round(going));
}
const wrong = () => lines.filter(({ msg }) => msg === 'ledger.wrong')
const metric = async ({ registry }: ReturnType<typeof verifier>, name: string): Promise<number> =>
  Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(await registry.text())?.[1])

/** A change behind the triggers, committed; undone by what it resolves with. */
const tamper = async (change: (sql: Sql) => Promise<unknown>) => {
  await superuser.transaction(async (sql) => {
    await sql`alter table ledger.transactions disable trigger user`
    await sql`alter table ledger.accounts disable trigger user`
    await sql`alter table ledger.books disable trigger user`
    await change(sql)
    await sql`alter table ledger.transactions enable always trigger refuse_change`
    await sql`alter table ledger.transactions enable trigger user`
    await sql`alter table ledger.accounts enable trigger user`
    await sql`alter table ledger.books enable trigger user`
  })
}
const rename = (seq: number, id: string) =>
  tamper(
    (sql) => sql`
      update ledger.transactions t set id = ${id} from ledger.books b
      where b.merchant = 'acct_a' and t.lane = b.lane and t.book = b.id and t.seq = ${seq}`,
  )
const idOf = async (seq: number): Promise<string> =>
  only(
    await superuser.sql<{ id: string }>`
      select t.id from ledger.books b join ledger.transactions t on t.lane = b.lane and t.book = b.id
      where b.merchant = 'acct_a' and t.seq = ${seq}`,
  ).id

test('what is new is verified once, by one of several processes, and the lag says how much is not', async () => {
  const [one, other] = [verifier(), verifier()]
  await record(who, 5)
  await record(merchant('acct_b'), 2)
  expect(await metric(one, 'micro_ledger_unverified_transactions')).toBe(7)
  await Promise.all([one, other].map(({ roundOfNews }) => all(roundOfNews)))
  expect(await metric(one, 'micro_ledger_unverified_transactions')).toBe(0)
  const name = 'micro_ledger_verified_transactions_total'
  const [by, too] = await Promise.all([one, other].map((each) => metric(each, name)))
  expect((by || 0) + (too || 0)).toBe(7)
  await record()
  await all(other.roundOfNews)
  await all(other.roundOfNews)
  expect((await metric(other, name)) - (too || 0)).toBe(1)
  expect([wrong(), one.warnings(), other.warnings()]).toEqual([[], [], []])
})

test('it leaves nine tenths of the time to others after what is new, nineteen twentieths while it walks all', async () => {
  const one = verifier()
  await record()
  await all(one.roundOfNews)
  expect([...new Set(rests)]).toEqual([9])
  rests = []
  ledger.clock.advance(day)
  await all(one.roundOfAll)
  expect([...new Set(rests)]).toEqual([19])
})

test('a new transaction that was tampered with is named at once: in the log, as metric and as warning', async () => {
  const one = verifier()
  await record(who, 3)
  const before = await idOf(8)
  await rename(8, 'ltx_other')
  await all(one.roundOfNews)
  expect(wrong()).toMatchObject([
    {
      level: 'error',
      merchant: 'acct_a',
      mode: 'test',
      seq: '8',
      problem: 'wrong_content',
      what: expect.stringContaining('hash of its content'),
    },
  ])
  expect(await metric(one, 'micro_ledger_wrong_books')).toBe(1)
  expect(one.warnings()).toEqual(['The ledger does not verify: one book is wrong. The log says which, and where.'])
  // Another process says so, too, and what it says names nobody.
  const other = verifier()
  await other.roundOfNews(going)
  expect(other.warnings()).toEqual(one.warnings())

  await rename(8, before)
  ledger.clock.advance(day)
  await all(one.roundOfAll)
  expect([await metric(one, 'micro_ledger_wrong_books'), one.warnings()]).toEqual([0, []])
})

test('an old transaction or a balance that was tampered with is found by the next pass over everything', async () => {
  const one = verifier()
  const before = await idOf(2)
  await rename(2, 'ltx_other')
  await tamper(
    (sql) =>
      sql`update ledger.accounts set posted_credits = posted_credits + 1 where public_id = 'sales' and merchant = 'acct_b'`,
  )
  await all(one.roundOfNews)
  await all(one.roundOfAll)
  expect(wrong()).toEqual([])
  ledger.clock.advance(day)
  await all(one.roundOfAll)
  expect(
    wrong()
      .map(({ merchant: of, problem, seq, account }) => [of, problem, seq ?? account])
      .toSorted(),
  ).toEqual([
    ['acct_a', 'wrong_content', '2'],
    ['acct_b', 'wrong_balance', 'sales'],
  ])
  expect(one.warnings()[0]).toContain('2 books are wrong')

  // It stays known until everything was found sound again.
  await rename(2, before)
  await all(one.roundOfNews)
  expect(one.warnings()[0]).toContain('2 books are wrong')
  ledger.clock.advance(day)
  await all(one.roundOfAll)
  expect(one.warnings()[0]).toContain('one book is wrong')
  await tamper(
    (sql) =>
      sql`update ledger.accounts set posted_credits = posted_credits - 1 where public_id = 'sales' and merchant = 'acct_b'`,
  )
  ledger.clock.advance(day)
  await all(one.roundOfAll)
  expect(one.warnings()).toEqual([])
})

test('a head that was set back, or is another than it was, is found without waiting for a pass, and told once', async () => {
  const one = verifier()
  const head = only(
    await superuser.sql<{ last_seq: bigint; head_hash: Buffer }>`
    select last_seq, head_hash from ledger.books where merchant = 'acct_a'`,
  )
  const set = (seq: bigint, hash: Buffer) =>
    tamper((sql) => sql`update ledger.books set last_seq = ${seq}, head_hash = ${hash} where merchant = 'acct_a'`)
  const restore = async () => {
    await set(head.last_seq, head.head_hash)
    ledger.clock.advance(day)
    await all(one.roundOfAll)
    expect(one.warnings()).toEqual([])
  }
  for (const [seq, hash] of [
    [head.last_seq - 2n, head.head_hash],
    [head.last_seq, Buffer.alloc(32, 9)],
  ] as const) {
    lines = []
    await set(seq, hash)
    await all(one.roundOfNews)
    await all(one.roundOfNews)
    expect(wrong()).toMatchObject([{ problem: 'wrong_head', seq: String(seq) }])
    await restore()
  }
})

test('it begins each book again only after the time set, and goes on where another was cut short', async () => {
  await record(who, 4)
  ledger.clock.advance(day)
  const name = 'micro_ledger_verified_transactions_total'
  // Cut short after its first step.
  const cut = new AbortController()
  const db = {
    ...ledger.database.db,
    sql: (strings: TemplateStringsArray, ...values: unknown[]) => {
      if (strings[0]?.includes('insert into ledger.verifications') === true) cut.abort()
      return ledger.database.db.sql(strings, ...values)
    },
  } as Database
  const first = verifier(db)
  await first.roundOfAll(cut.signal)
  const done = await metric(first, name)
  const second = verifier()
  await all(second.roundOfAll)
  const total = Number(
    only(await superuser.sql<{ seqs: bigint }>`select sum(last_seq)::bigint as seqs from ledger.books`).seqs,
  )
  expect(done + (await metric(second, name))).toBe(total)
  const third = verifier()
  await all(third.roundOfAll)
  expect(await metric(third, name)).toBeNaN()
  expect(await superuser.sql`select from ledger.leases`).toEqual([])
})

test('another process at the same book is left alone, until its lease has run out', async () => {
  const hold = (until: string) => superuser.sql`
    insert into ledger.leases (lane, book, work, holder, leased_until)
    select lane, id, 'news', 'another', clock_timestamp() + ${until}::interval from ledger.books
    on conflict (lane, book, work) do update set leased_until = excluded.leased_until`
  const one = verifier()
  await all(one.roundOfNews)
  await record()
  await hold('1 minute')
  await all(one.roundOfNews)
  expect(await metric(one, 'micro_ledger_unverified_transactions')).toBe(1)
  await hold('-1 second')
  await all(one.roundOfNews)
  expect(await metric(one, 'micro_ledger_unverified_transactions')).toBe(0)
})

test('a posting does not wait for it, nor it for a posting', async () => {
  const one = verifier()
  await record()
  // A posting in the middle of its work: it holds the book and all accounts.
  await superuser.transaction(async (sql) => {
    await sql`select from ledger.books for update`
    await sql`select from ledger.accounts for update`
    ledger.clock.advance(day)
    await all(one.roundOfNews)
    await all(one.roundOfAll)
    expect(await metric(one, 'micro_ledger_unverified_transactions')).toBe(0)
  })
  expect(wrong()).toEqual([])
})

test('the service says so where everybody looks: ready, with a warning', async () => {
  const service = await startLedger({ config })
  try {
    expect(await service.service.ready()).toEqual([])
    for (const id of ['cash', 'sales']) await service.account(who, id)
    await service.record(who, 'one', move(5, { from: 'cash', to: 'sales' }))
    await service.database.owner.sql`
      insert into ledger.verifications (lane, book, work, problem, problem_at)
      select lane, id, 'news', 'wrong_content', now() from ledger.books`
    await service.verifier.roundOfNews(going)
    expect(await service.service.ready()).toEqual([
      'The ledger does not verify: one book is wrong. The log says which, and where.',
    ])
  } finally {
    await service.close()
  }
})

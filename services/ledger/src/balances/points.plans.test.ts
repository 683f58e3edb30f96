/** What a look into the past reads of a book of 100,000 entries is what it needs, with and without statistics. */
import { fromUnixSeconds } from '@micro/kernel'
import { only, type Sql } from '@micro/postgres'
import { withoutAutovacuum } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { listAccounts } from '../export/export.store.ts'
import { findStretch, listFlows } from '../flows/flow.store.ts'
import { listAggregates, listNetsAfter, listTotals } from '../reports/report.store.ts'
import { groupByOf } from '../reports/report.ts'
import { findNetBeforeEffect, listEffectiveDown, listEffectiveUp } from '../statements/effective.store.ts'
import { listPendingUp } from '../statements/pending.store.ts'
import { listRecordedDown, listRecordedUp } from '../statements/recorded.store.ts'
import { startLedger, type Ledger } from '../testing/ledger.ts'
import { findHead, findNetAt, findPendingNet, listNetsThen, lookUpByKeys } from './balance.store.ts'
import { momentsOf, pointOf, type PointQuery } from './point.ts'
import { readByReference, readStretch } from './system-transaction.store.ts'

const book: BookKey = { merchant: 'acct_large', mode: 'test' }
const transactions = 50_000
/** Transactions of which each took effect a day before it was recorded: every hundredth. */
const shifted = transactions / 100

let ledger: Ledger
beforeAll(async () => {
  ledger = await startLedger()
  await withoutAutovacuum(ledger.database.owner.sql)
  await fill(ledger.database.owner.sql)
}, 180_000)
afterAll(() => ledger.close())

/**
 * One transaction a second. All are on busy and one of ten others, but for the first, which is on rare. Written at once,
 * behind the triggers.
 */
const fill = async (sql: Sql): Promise<void> => {
  const lane = laneOf(book)
  await sql`alter table ledger.transactions disable trigger user`
  await sql`alter table ledger.entries disable trigger user`
  await sql`alter table ledger.shifted_entries disable trigger user`
  await sql`
    insert into ledger.books (lane, merchant, mode, created_at, last_seq, last_recorded_at, head_hash)
    values (${lane}, ${book.merchant}, ${book.mode}, to_timestamp(0), ${transactions}, to_timestamp(${transactions + 100_000}), sha256('x'))`
  await sql`
    insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
    select lane, id, merchant, mode, name, name, 'asset', 'usd', false, created_at
    from ledger.books, unnest(array['busy', 'rare'] || (select array_agg('other_' || n) from generate_series(0, 9) n)) as name`
  await sql`
    insert into ledger.transactions
      (lane, book, seq, id, reference_id, currency, entry_count, fingerprint, metadata, created_at, effective_at, content_hash, hash)
    select lane, id, n, 'ltx_' || n, 'r' || n, 'usd', 2, sha256('x'), '{}', to_timestamp(100000 + n),
      to_timestamp(100000 + n - case when n % 100 = 0 then 86400 else 0 end), sha256('x'), sha256('x')
    from ledger.books, generate_series(1, ${transactions}::integer) n`
  await sql`
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version)
    select a.lane, a.book, n, leg, a.id, case leg when 1 then 1 else -1 end,
      case a.public_id when 'busy' then n - 1 when 'rare' then 1 else -n / 10 end, n
    from generate_series(1, ${transactions}::integer) n
    cross join generate_series(1, 2) leg
    join ledger.accounts a on a.public_id = case
      when leg = 2 then 'other_' || n % 10 when n = 1 then 'rare' else 'busy' end`
  await sql`alter table ledger.accounts disable trigger user`
  await sql`
    update ledger.accounts a set version = e.version, posted_credits = greatest(e.net, 0), posted_debits = greatest(-e.net, 0)
    from (select account, max(account_version) as version, sum(amount) as net from ledger.entries group by account) e
    where e.account = a.id`
  await sql`
    insert into ledger.shifted_entries (lane, book, account, seq, leg, counts_at, amount)
    select e.lane, e.book, e.account, e.seq, e.leg, t.effective_at, e.amount
    from ledger.entries e join ledger.transactions t using (lane, book, seq) where t.effective_at <> t.created_at`
}

/** How many rows this session has read so far. */
const rowsRead = async (sql: Sql): Promise<number> =>
  Number(
    only(
      await sql<{ read: bigint }>`
      select sum(seq_tup_read + idx_tup_fetch)::int8 as read from pg_stat_xact_user_tables where schemaname = 'ledger'`,
    ).read,
  )

const pointIn = async (sql: Sql, query: PointQuery) => {
  const moments = momentsOf(query)
  return pointOf(query, moments, await findHead(sql, book, moments))
}
const middle = transactions / 2
const [from, until] = [fromUnixSeconds(100_000 + middle), fromUnixSeconds(100_000 + middle + 5_000)]
const effective = { known: 50_000n, from, fromSeq: BigInt(middle - 1), until, untilSeq: BigInt(middle + 4_999) }
const place = { seq: BigInt(middle + 100), leg: 1, countsAt: fromUnixSeconds(100_000 + middle + 100) }

type Read = [name: string, most: number, work: (sql: Sql) => Promise<unknown>]
const reads: Read[] = [
  ['a balance now', 20, async (sql) => findNetAt(sql, book, 'busy', await pointIn(sql, {}))],
  ['a balance at a seq', 20, async (sql) => findNetAt(sql, book, 'busy', await pointIn(sql, { seq: middle }))],
  ['a balance long after its last entry', 20, async (sql) => findNetAt(sql, book, 'rare', await pointIn(sql, {}))],
  ['a balance at an instant', 40, async (sql) => findNetAt(sql, book, 'busy', await pointIn(sql, { at: 120_000 }))],
  [
    'a balance at a date of effect: as many more as count at another time',
    40 + shifted,
    async (sql) => findNetAt(sql, book, 'busy', await pointIn(sql, { effective_at: 120_000 })),
  ],
  [
    'a balance at a date of effect of an account all of whose entries count when they were recorded',
    40,
    async (sql) => findNetAt(sql, book, 'rare', await pointIn(sql, { effective_at: 120_000 })),
  ],
  ['what is held on an account that never held any', 20, (sql) => findPendingNet(sql, book, 'busy', 50_000n)],
  [
    'balances at ten instants: as many times a balance at one',
    400,
    async (sql) => {
      const moments = Array.from({ length: 10 }, (_, at) => fromUnixSeconds(100_000 + at * 5_000))
      const nets = await listNetsThen(sql, book, 'busy', { moments, effect: false })
      expect(nets.map(({ seq }) => Number(seq))).toEqual([
        0,
        4_999,
        ...[2, 3, 4, 5, 6, 7, 8, 9].map((at) => at * 5_000 - 1),
      ])
    },
  ],
  [
    'balances at a hundred dates of effect: as many balances, and once as many more as count at another time',
    4_000 + shifted,
    async (sql) => {
      const moments = Array.from({ length: 100 }, (_, at) => fromUnixSeconds(100_000 + at * 500))
      const nets = await listNetsThen(sql, book, 'busy', { moments, effect: true })
      // All but the first were recorded or took effect by then; every hundredth, of the day that follows, too.
      expect(nets.map(({ net }) => Number(net))).toEqual(
        moments.map((_, at) => Math.max(at * 500 - 2, 0) + shifted - Math.max(0, Math.floor((at * 500 - 1) / 100))),
      )
    },
  ],
  [
    'where money went in a hundred transactions: their entries, and the account of each',
    500,
    async (sql) => {
      const from = fromUnixSeconds(100_000 + middle)
      const until = fromUnixSeconds(100_000 + middle + 100)
      const stretch = await findStretch(sql, book, { from, until })
      if (stretch === undefined) throw new Error('there is no such book')
      const flows = await listFlows(sql, book, stretch, { currency: null, byType: false, limit: 50 })
      expect(flows.map(({ amount }) => amount)).toEqual(Array.from({ length: 10 }, () => 10n))
    },
  ],
  [
    'a page of a statement',
    60,
    (sql) => listRecordedUp(sql, book, 'busy', { after: place, until: { seq: 40_000n, leg: 9 }, limit: 10 }),
  ],
  [
    'a page of a statement backwards',
    60,
    (sql) => listRecordedDown(sql, book, 'busy', { after: { seq: 1n, leg: 1 }, until: place, limit: 10 }),
  ],
  [
    'a page of what is held, where nothing is',
    20,
    (sql) =>
      listPendingUp(sql, book, 'busy', { after: { seq: 0n, leg: 0 }, until: { seq: 50_000n, leg: 9 }, limit: 10 }),
  ],
  [
    'a page of a statement by effect',
    120,
    (sql) => listEffectiveUp(sql, book, 'busy', { ...effective, after: null, limit: 10 }),
  ],
  [
    'a page of a statement by effect from a cursor',
    120,
    (sql) => listEffectiveUp(sql, book, 'busy', { ...effective, fromSeq: place.seq - 1n, after: place, limit: 10 }),
  ],
  [
    'the last page of a statement by effect',
    120,
    (sql) => listEffectiveDown(sql, book, 'busy', { ...effective, before: null, limit: 10 }),
  ],
  [
    'the balance in front of a line by effect',
    100 + shifted,
    (sql) => findNetBeforeEffect(sql, book, 'busy', { known: 50_000n, place }),
  ],
  [
    'a trial balance of twelve accounts',
    100,
    async (sql) => {
      const point = await pointIn(sql, { seq: middle })
      return listTotals(sql, book, { ...point, newest: false }, { currency: null, limit: 10 })
    },
  ],
  [
    'the accounts of a trial balance',
    100,
    async (sql) =>
      listNetsAfter(sql, book, await pointIn(sql, { seq: middle }), { currency: null, cursor: '', limit: 100 }),
  ],
  [
    'an aggregate over twelve accounts',
    100,
    async (sql) => {
      const point = { ...(await pointIn(sql, { seq: middle })), newest: false }
      const all = { type: null, currency: null, status: null, idPrefix: '', metadata: {} }
      return listAggregates(sql, book, point, groupByOf({}), all, { place: null, backwards: false, limit: 10 })
    },
  ],
  ...[100, middle, transactions].map((seq): Read => [
    `twelve accounts of an export as of seq ${seq}, however many entries came since`,
    140,
    async (sql) => {
      const isHead = seq === transactions
      const accounts = await listAccounts(sql, book, { after: 0n, seq: BigInt(seq), isHead, limit: 200 })
      const [busy] = accounts
      expect([accounts.length, busy?.net, busy?.entries]).toEqual([12, BigInt(seq - 1), BigInt(seq)])
    },
  ]),
]

const references = Array.from({ length: 10 }, (_, at) => `r${middle + at}`)
/** Those that find their way by themselves. */
const systemReads: Read[] = [
  ['what there is under ten references', 20, (sql) => readByReference(sql, book, references)],
  [
    'a page of what is in a book, newest first',
    20,
    (sql) => readStretch(sql, book, { before: BigInt(middle), since: fromUnixSeconds(0), limit: 10 }),
  ],
]

for (const statistics of ['without statistics', 'with statistics'])
  describe(statistics, () => {
    beforeAll(async () => {
      if (statistics === 'with statistics')
        await ledger.database.owner.sql`
          analyze ledger.books, ledger.accounts, ledger.transactions, ledger.entries, ledger.shifted_entries`
    })
    for (const [prepare, all] of [
      [lookUpByKeys, reads],
      [() => {}, systemReads],
    ] as const)
      for (const [name, most, work] of all)
        test(`${name}: at most ${most} rows`, async () => {
          const read = await ledger.database.db.transaction(async (sql) => {
            await prepare(sql)
            const before = await rowsRead(sql)
            await work(sql)
            return (await rowsRead(sql)) - before
          })
          expect(read).toBeLessThanOrEqual(most)
        })
  })

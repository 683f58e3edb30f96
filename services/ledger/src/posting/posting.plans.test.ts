import { only } from '@micro/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { laneOf } from '../books/lane.ts'
import { referenceKeyOf } from '../books/reference-key.ts'
import { expectSound, merchant, startLedger, type Ledger } from '../testing/ledger.ts'
import { findBooks, findSeqsByReferences, insertTransactions, loadAccounts, lockBooks } from './posting.store.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterAll(() => ledger.close())

const large = merchant('acct_large')
const largeBook = 3_000n

/** 1000 books of three transactions, and one of 3000. */
const fill = async (): Promise<void> => {
  const { sql } = ledger.database.owner
  const merchants = [large.merchant, ...Array.from({ length: 1_000 }, (_, at) => `acct_small_${at}`)]
  const lanes = merchants.map((each) => laneOf({ merchant: each, mode: 'test' }))
  await sql`
    insert into ledger.books (lane, merchant, mode, created_at)
    select lane, merchant, 'test', now() from unnest(${lanes}::smallint[], ${merchants}::text[]) as m (lane, merchant)`
  await sql`
    insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
    select lane, id, merchant, mode, name, name, 'asset', 'usd', false, now()
    from ledger.books, unnest(array['a', 'b']) as name`
  await sql`
    with planned as (
      select b.lane, b.id as book, b.merchant, seq
      from ledger.books b, generate_series(1, case when b.merchant = ${large.merchant} then ${largeBook} else 3 end) as seq
    ), recorded as (
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, currency, entry_count, fingerprint, metadata, created_at)
      select lane, book, seq, 'ltx_' || book || 'x' || seq, 'r' || seq, 'usd', 2, sha256('x'), '{}', ${ledger.clock.now()}::timestamptz from planned
    )
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version)
    select p.lane, p.book, p.seq, leg, a.id, sign, sign * p.seq, p.seq
    from planned p
    join unnest(array['a', 'b'], array[1, -1]) with ordinality as l (name, sign, leg) on true
    join ledger.accounts a on a.lane = p.lane and a.book = p.book and a.public_id = l.name`
  await sql`analyze ledger.books, ledger.accounts, ledger.transactions, ledger.entries`
}

test(
  'a posting to a large book among many small ones reads no more of it than it needs',
  { timeout: 60_000 },
  async () => {
    await fill()
    const read = await ledger.database.db.transaction(async (sql) => {
      const lane = laneOf(large)
      const [book] = await findBooks(sql, [large])
      const id = book?.id ?? 0n
      const [locked] = await lockBooks(sql, [{ lane, id }])
      expect(await findSeqsByReferences(sql, [referenceKeyOf(id, 'r17')])).toEqual([{ book: id, seq: 17n }])
      const accounts = await loadAccounts(sql, [
        { book: large, lane, name: 'a' },
        { book: large, lane, name: 'b' },
      ])
      expect(locked?.seqLast).toBe(largeBook)
      // A reference that sorts last: an index on references would be read up to it.
      const transaction = {
        id: 'ltx_next',
        mode: 'test' as const,
        seq: largeBook + 1n,
        reference: 'sorts after r3000',
        description: null,
        currency: 'usd',
        metadata: {},
        entries: [],
        createdAt: locked?.recordedLast ?? ledger.clock.now(),
        fingerprint: Buffer.alloc(32),
      }
      const writes = accounts.map(({ state: { account, credits, debits, version } }, at) => {
        const amount = at === 0 ? 1n : -1n
        return { account, amount, balanceAfter: credits - debits + amount, accountVersion: version + 1n }
      })
      await insertTransactions(sql, [{ lane, book: id, transaction, writes }])
      const counted = await sql<{ read: bigint }>`
      select sum(seq_tup_read + idx_tup_fetch)::int8 as read from pg_stat_xact_user_tables where schemaname = 'ledger'`
      return only(counted).read
    })
    expect(read).toBeLessThan(50n)
    await expectSound(ledger)
  },
)

/** What a report of flows costs grows with the entries it reads, not with how many of them are in one transaction. */
import { only, type Sql } from '@micro/postgres'
import { withoutAutovacuum } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookUpByKeys } from '../balances/balance.store.ts'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { startLedger, type Ledger } from '../testing/ledger.ts'
import { listFlows } from './flow.store.ts'

const book: BookKey = { merchant: 'acct_payroll', mode: 'test' }
/** Of as many entries as a transaction may have, half of them debits. */
const [wide, side] = [40, 500]
/** Of two entries each, and as many entries in all. */
const narrow = wide * side

let ledger: Ledger
beforeAll(async () => {
  ledger = await startLedger()
  await withoutAutovacuum(ledger.database.owner.sql)
  await fill(ledger.database.owner.sql)
}, 180_000)
afterAll(() => ledger.close())

/** The wide ones are recorded first. Written at once, behind the triggers. */
const fill = async (sql: Sql): Promise<void> => {
  const lane = laneOf(book)
  await sql`alter table ledger.transactions disable trigger user`
  await sql`alter table ledger.entries disable trigger user`
  await sql`
    insert into ledger.books (lane, merchant, mode, created_at, last_seq, last_recorded_at, head_hash)
    values (${lane}, ${book.merchant}, ${book.mode}, to_timestamp(0), ${wide + narrow}, to_timestamp(100000), sha256('x'))`
  await sql`
    insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
    select lane, id, merchant, mode, s || n, 'x', 'asset', 'usd', false, created_at
    from ledger.books, generate_series(1, ${side}::integer) n, unnest(array['from', 'to']) s`
  await sql`
    insert into ledger.transactions
      (lane, book, seq, id, reference_id, currency, entry_count, fingerprint, metadata, created_at, effective_at, content_hash, hash)
    select lane, id, n, 'ltx_' || n, 'r' || n, 'usd', 2, sha256('x'), '{}', to_timestamp(n), to_timestamp(n), sha256('x'), sha256('x')
    from ledger.books, generate_series(1, ${wide + narrow}::integer) n`
  await sql`
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version)
    select a.lane, a.book, t.seq, row_number() over (partition by t.seq order by a.public_id), a.id,
      case when starts_with(a.public_id, 'from') then -1 else 1 end, 0, t.seq
    from ledger.transactions t
    join ledger.accounts a on t.seq <= ${wide}
      or a.public_id in ('from' || 1 + t.seq % ${side}::integer, 'to' || 1 + t.seq % ${side}::integer)`
}

test('a payroll of a thousand entries takes no longer than they do in transactions of two', async () => {
  const took = (after: number, upTo: number) =>
    ledger.database.db.transaction(async (sql) => {
      await lookUpByKeys(sql)
      const { id } = only(await sql<{ id: bigint }>`select id from ledger.books where merchant = ${book.merchant}`)
      const stretch = { book: id, after: BigInt(after), upTo: BigInt(upTo) }
      const begun = performance.now()
      const flows = await listFlows(sql, book, stretch, { currency: null, byType: false, limit: 10 })
      const tookMs = performance.now() - begun
      expect(flows.reduce((sum, { amount }) => sum + amount, 0n)).toBe(BigInt(narrow))
      return tookMs
    })
  await took(0, wide)
  const twosMs = await took(wide, wide + narrow)
  // Beside each other, its debits and credits would be 500 times as many.
  expect(await took(0, wide)).toBeLessThan(4 * twosMs)
})

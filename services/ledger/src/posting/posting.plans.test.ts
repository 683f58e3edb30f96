import { only, type Sql } from '@micro/postgres'
import { withoutAutovacuum } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { createBookPlaces } from './books.ts'
import { loadBooks } from './load.ts'
import { decide } from './posting.ts'
import { findParentPlace } from './parent.store.ts'
import { insertTransactions } from './posting.store.ts'

let ledger: Ledger
beforeAll(async () => {
  ledger = await startLedger()
  await withoutAutovacuum(ledger.database.owner.sql)
})
afterAll(() => ledger.close())

const large = merchant('acct_large')
const largeBook = 3_000n

const transfer = (who: BookKey, reference: string) => ({
  book: who,
  reference,
  description: null,
  metadata: {},
  entries: [
    { account: 'a', amount: 1n },
    { account: 'b', amount: -1n },
  ],
})
const facts = (id: string) => ({
  now: ledger.clock.now(),
  id,
  fingerprint: Buffer.alloc(32),
  salt: Buffer.alloc(16),
})

/** How many rows this session has read so far. */
const rowsRead = async (sql: Sql): Promise<bigint> =>
  only(
    await sql<{ read: bigint }>`
    select sum(seq_tup_read + idx_tup_fetch)::int8 as read from pg_stat_xact_user_tables where schemaname = 'ledger'`,
  ).read

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
  const books = merchants.map((each): BookKey => ({ merchant: each, mode: 'test' }))
  for (let at = 0; at < books.length; at += 200) {
    await ledger.database.db.transaction(async (tx) => {
      const { books: states } = await loadBooks(
        tx,
        createBookPlaces(),
        books.slice(at, at + 200).map((book) => transfer(book, 'none')),
      )
      const recordings = [...states].flatMap(([name, state]) => {
        const book: BookKey = { merchant: name.slice('test:'.length), mode: 'test' }
        const count = book.merchant === large.merchant ? Number(largeBook) : 3
        return Array.from({ length: count }, (_, nth) => {
          const decision = decide(state, transfer(book, `r${nth + 1}`), facts(`ltx_${state.book}x${nth + 1}`))
          if (decision.kind !== 'record') throw new Error('expected a transaction to record')
          return { lane: laneOf(book), book: state.book, ...decision.write }
        })
      })
      await insertTransactions(tx, recordings)
    })
  }
  await sql`analyze ledger.books, ledger.accounts, ledger.transactions, ledger.entries`
}

test(
  'a posting to a large book among many small ones reads no more of it than it needs',
  { timeout: 180_000 },
  async () => {
    await fill()
    const read = await ledger.database.db.transaction(async (sql) => {
      const before = await rowsRead(sql)
      // A reference that sorts last: an index on references would be read up to it.
      const next = transfer(large, 'sorts after r3000')
      const { books } = await loadBooks(sql, createBookPlaces(), [next, transfer(large, 'r17')])
      const state = only([...books.values()])
      expect([state.seqLast, state.recorded.get('r17')?.seq]).toEqual([largeBook, 17n])
      const decision = decide(state, next, facts('ltx_next'))
      if (decision.kind !== 'record') throw new Error('expected a transaction to record')
      const place = { lane: laneOf(large), id: state.book, seq: largeBook }
      await insertTransactions(sql, [{ lane: place.lane, book: place.id, ...decision.write }], [place])
      return (await rowsRead(sql)) - before
    })
    expect(read).toBeLessThan(80n)
    await expectSound(ledger)
  },
)

test('nor do a capture and a reversal', async () => {
  const { body: posted } = await ledger.record(large, 'to reverse', move(1, { from: 'a', to: 'b' }))
  const { body: held } = await ledger.post(large, '/ledger/holds', {
    reference_id: 'to capture',
    entries: move(5, { from: 'a', to: 'b' }),
  })
  for (const [kind, id] of [
    ['capture', held['transaction']],
    ['reversal', posted['id']],
  ] as const) {
    const read = await ledger.database.db.transaction(async (sql) => {
      const before = await rowsRead(sql)
      const parent = await findParentPlace(sql, large, String(id))
      if (parent === undefined) throw new Error(`expected a transaction to ${kind}`)
      const action = kind === 'capture' ? { kind, parent, amount: null, final: true } : { kind, parent }
      const next = { ...transfer(large, `sorts after ${kind}`), entries: [], action }
      const { books } = await loadBooks(sql, createBookPlaces(), [next])
      const state = only([...books.values()])
      const decision = decide(state, next, facts(`ltx_${kind}`))
      if (decision.kind !== 'record') throw new Error('expected a transaction to record')
      await insertTransactions(sql, [{ lane: laneOf(large), book: state.book, ...decision.write }])
      return (await rowsRead(sql)) - before
    })
    expect([kind, read < 200n, read]).toEqual([kind, true, read])
  }
  await expectSound(ledger)
})

/** Each way a ledger can be changed behind its triggers, by a superuser who takes them away, is named at its place. */
import { createDatabase, type Database, type Sql } from '@micro/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { foundAfter } from '../testing/tampering.ts'
import { linesOf } from './lines.ts'
import { verifyLedger } from './verify.work.ts'

let ledger: Ledger
let superuser: Database
const perMerchant = 12

beforeAll(async () => {
  ledger = await startLedger()
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  for (const name of ['acct_a', 'acct_b']) {
    const who = merchant(name)
    for (const id of ['cash', 'sales', 'idle']) await ledger.account(who, id)
    for (let at = 1; at <= perMerchant; at++)
      await ledger.record(who, `r${at}`, move(at, { from: 'cash', to: 'sales' }))
  }
  const many = merchant('acct_many')
  for (const currency of ['usd', 'eur'])
    for (const side of ['in', 'out']) await ledger.account(many, `${currency}_${side}`, { currency })
  await ledger.record(many, 'change', [
    ...move(5, { from: 'usd_in', to: 'usd_out' }),
    ...move(4, { from: 'eur_in', to: 'eur_out' }),
  ])
  await ledger.post(payments, '/internal/transactions', {
    merchant: 'acct_a',
    mode: 'live',
    reference_id: 'micro:1',
    currency: 'usd',
    accounts: [
      { id: 'sys_x', name: 'x', type: 'asset' },
      { id: 'sys_y', name: 'y', type: 'asset' },
    ],
    entries: move(1, { from: 'sys_x', to: 'sys_y' }),
  })
})
afterAll(async () => {
  await superuser.close()
  await ledger.close()
})

test('a sound ledger is counted whole, whatever the size of a batch, by the role the service runs as', async () => {
  for (const batchMax of [1, 3, 12, 5_000]) {
    const books: string[] = []
    const verification = await verifyLedger(ledger.database.db, {
      batchMax,
      onBook: ({ merchant: of, mode, transactions, headSeq }) => books.push(`${of} ${mode} ${transactions} ${headSeq}`),
    })
    expect(verification).toEqual({ books: 4, transactions: 26, entries: 54, findings: [] })
    expect(books.toSorted()).toEqual([
      'acct_a live 1 1',
      'acct_a test 12 12',
      'acct_b test 12 12',
      'acct_many test 1 1',
    ])
    expect(linesOf(verification)).toEqual(['Ledger verified: 4 books, 26 transactions, 54 entries'])
  }
})

const bookOf = (sql: Sql, name: string) => sql<{ lane: number; id: bigint }>`
  select lane, id from ledger.books where merchant = ${name} and mode = 'test'`

type Tampering = readonly [
  name: string,
  change: (sql: Sql) => Promise<unknown>,
  want: readonly { problem: string; seq?: bigint; account?: string; found?: number }[],
  of?: string,
]
const tamperings: readonly Tampering[] = [
  [
    'an amount changed on one side',
    (sql) => sql`
      update ledger.entries e set amount = amount + 1 from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and e.book = b.id and e.seq = 7 and e.leg = 1`,
    [
      { problem: 'unbalanced', seq: 7n, found: 1 },
      { problem: 'broken_chain', seq: 7n },
      { problem: 'wrong_balance', found: 1 },
      { problem: 'wrong_content', seq: 7n, found: 1 },
    ],
  ],
  [
    'amounts changed on both sides',
    (sql) => sql`
      update ledger.entries e set amount = amount * 2 from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and e.book = b.id and e.seq = 12`,
    [
      { problem: 'broken_chain', seq: 12n, found: 2 },
      { problem: 'wrong_balance', found: 2 },
      { problem: 'wrong_content', seq: 12n, found: 1 },
    ],
  ],
  [
    'amounts and balances changed so that all that follows agrees, but not the account',
    (sql) => sql`
      update ledger.entries e set amount = amount * 2, balance_after = balance_after + amount from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and e.book = b.id and e.seq = 12`,
    [
      { problem: 'wrong_balance', found: 2 },
      { problem: 'wrong_content', seq: 12n, found: 1 },
    ],
  ],
  [
    'a transaction removed with its entries',
    async (sql) => {
      await sql`delete from ledger.entries e using ledger.books b
        where b.merchant = 'acct_a' and b.mode = 'test' and e.book = b.id and e.seq = 6`
      await sql`delete from ledger.transactions t using ledger.books b
        where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 6`
    },
    [
      { problem: 'seq_gap', seq: 6n, found: 1 },
      { problem: 'broken_chain', seq: 7n },
      { problem: 'wrong_balance' },
      { problem: 'wrong_link', seq: 7n, found: 1 },
    ],
  ],
  [
    'the newest transaction removed with its entries',
    async (sql) => {
      await sql`delete from ledger.entries e using ledger.books b
        where b.merchant = 'acct_a' and b.mode = 'test' and e.book = b.id and e.seq = 12`
      await sql`delete from ledger.transactions t using ledger.books b
        where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 12`
    },
    [
      { problem: 'seq_gap', seq: 12n, found: 1 },
      { problem: 'wrong_balance', found: 2 },
      { problem: 'wrong_head', found: 1 },
    ],
  ],
  [
    'a head set back',
    (sql) => sql`update ledger.books set last_seq = 10 where merchant = 'acct_a' and mode = 'test'`,
    [{ problem: 'seq_gap', seq: 11n, found: 1 }],
  ],
  [
    'a seq moved',
    async (sql) => {
      await sql`update ledger.entries e set seq = 99 from ledger.books b
        where b.merchant = 'acct_a' and b.mode = 'test' and e.book = b.id and e.seq = 12`
      await sql`update ledger.transactions t set seq = 99 from ledger.books b
        where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 12`
    },
    [
      { problem: 'seq_gap', seq: 12n, found: 1 },
      { problem: 'wrong_content', seq: 99n, found: 1 },
    ],
  ],
  [
    'one entry removed',
    (sql) => sql`
      delete from ledger.entries e using ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and e.book = b.id and e.seq = 3 and e.leg = 2`,
    [
      { problem: 'entries_missing', seq: 3n, found: 1 },
      { problem: 'unbalanced', seq: 3n, found: 1 },
      { problem: 'broken_chain', seq: 4n },
      { problem: 'wrong_balance', found: 1 },
      { problem: 'wrong_content', seq: 3n, found: 1 },
    ],
  ],
  [
    'a transaction removed without its entries',
    (sql) => sql`
      delete from ledger.transactions t using ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 4`,
    [
      { problem: 'seq_gap', seq: 4n, found: 1 },
      { problem: 'orphan_entry', seq: 4n, found: 2 },
      { problem: 'wrong_link', seq: 5n, found: 1 },
    ],
  ],
  [
    'a book removed',
    (sql) => sql`delete from ledger.books where merchant = 'acct_a' and mode = 'test'`,
    [
      { problem: 'orphan_transaction', seq: 1n, found: 12 },
      { problem: 'orphan_account', account: 'cash', found: 3 },
    ],
  ],
  [
    'an account removed',
    (sql) => sql`delete from ledger.accounts where merchant = 'acct_a' and mode = 'test' and public_id = 'sales'`,
    [
      { problem: 'wrong_account', seq: 1n, found: 12 },
      { problem: 'wrong_content', seq: 1n, found: 12 },
    ],
  ],
  [
    "an account's currency changed",
    (sql) => sql`
      update ledger.accounts set currency = 'eur' where merchant = 'acct_a' and mode = 'test' and public_id = 'cash'`,
    [
      { problem: 'wrong_account', seq: 1n, found: 12 },
      { problem: 'wrong_content', seq: 1n, found: 12 },
      { problem: 'unbalanced', seq: 1n, found: 12 },
    ],
  ],
  [
    "a transaction's currency changed",
    (sql) => sql`
      update ledger.transactions t set currency = 'eur' from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 5`,
    [{ problem: 'wrong_account', seq: 5n, found: 1 }],
  ],
  [
    'a time set back',
    (sql) => sql`
      update ledger.transactions t set created_at = '2001-01-01' from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 9`,
    [
      { problem: 'time_reversed', seq: 9n, found: 1 },
      { problem: 'wrong_shift', seq: 9n, found: 1 },
      { problem: 'wrong_content', seq: 9n, found: 1 },
    ],
  ],
  [
    'a balance changed',
    (sql) => sql`
      update ledger.accounts set posted_credits = posted_credits + 1
      where merchant = 'acct_a' and mode = 'test' and public_id = 'sales'`,
    [{ problem: 'wrong_balance', account: 'sales', found: 1 }],
  ],
  [
    'a balance made up for an account without entries',
    (sql) => sql`
      update ledger.accounts set posted_credits = 500, version = 1
      where merchant = 'acct_a' and mode = 'test' and public_id = 'idle'`,
    [{ problem: 'wrong_balance', account: 'idle', found: 1 }],
  ],
  [
    'a version changed',
    (sql) => sql`
      update ledger.accounts set version = version + 1
      where merchant = 'acct_a' and mode = 'test' and public_id = 'cash'`,
    [{ problem: 'wrong_balance', account: 'cash', found: 1 }],
  ],
  [
    'a currency taken from a transaction',
    (sql) => sql`
      update ledger.transactions t set currency = null from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 5`,
    [{ problem: 'wrong_currency', seq: 5n, found: 1 }],
  ],
  [
    'a description changed',
    (sql) => sql`
      update ledger.transactions t set description = 'y', text_salt = uuid_send(gen_random_uuid()) from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 2`,
    [{ problem: 'wrong_content', seq: 2n, found: 1 }],
  ],
  [
    'a time of effect changed',
    (sql) => sql`
      update ledger.transactions t set effective_at = '2001-01-01' from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq in (4, 8)`,
    [
      { problem: 'wrong_content', seq: 4n, found: 2 },
      { problem: 'wrong_shift', seq: 4n, found: 2 },
    ],
  ],
  [
    'a content changed together with its hash',
    async (sql) => {
      await sql`
        update ledger.transactions t set effective_at = '2001-01-01' from ledger.books b
        where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 6`
      await sql`
        update ledger.transactions t set content_hash = c.hash from ledger.books b, ledger.contents c
        where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 6
          and c.lane = t.lane and c.book = t.book and c.seq = t.seq`
    },
    [
      { problem: 'wrong_link', seq: 6n, found: 1 },
      { problem: 'wrong_shift', seq: 6n, found: 1 },
    ],
  ],
  [
    'a hash changed in the middle',
    (sql) => sql`
      update ledger.transactions t set hash = sha256('x') from ledger.books b
      where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 6`,
    [{ problem: 'wrong_link', seq: 6n, found: 2 }],
  ],
  [
    'the newest content changed together with all its hashes but that of the book',
    async (sql) => {
      await sql`
        update ledger.transactions t set effective_at = '2001-01-01' from ledger.books b
        where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 12`
      await sql`
        update ledger.transactions t set content_hash = c.hash, hash = sha256(p.hash || c.hash)
        from ledger.books b, ledger.contents c, ledger.transactions p
        where b.merchant = 'acct_a' and b.mode = 'test' and t.book = b.id and t.seq = 12
          and c.lane = t.lane and c.book = t.book and c.seq = t.seq
          and p.lane = t.lane and p.book = t.book and p.seq = t.seq - 1`
    },
    [
      { problem: 'wrong_head', seq: 12n, found: 1 },
      { problem: 'wrong_shift', seq: 12n, found: 1 },
    ],
  ],
  [
    "a book's head hash changed",
    (sql) => sql`update ledger.books set head_hash = sha256('x') where merchant = 'acct_a' and mode = 'test'`,
    [{ problem: 'wrong_head', seq: 12n, found: 1 }],
  ],
  [
    'balances that sum to zero over all currencies, but not in each',
    (sql) => sql`
      update ledger.entries e set amount = e.amount + case e.account when usd.id then 1 else -1 end
      from ledger.books b, ledger.accounts usd, ledger.accounts eur
      where b.merchant = 'acct_many' and e.book = b.id and e.seq = 1
        and usd.book = b.id and usd.public_id = 'usd_in' and eur.book = b.id and eur.public_id = 'eur_in'
        and e.account in (usd.id, eur.id)`,
    [
      { problem: 'unbalanced', seq: 1n, found: 1 },
      { problem: 'broken_chain', seq: 1n },
      { problem: 'wrong_balance', found: 2 },
      { problem: 'wrong_content', seq: 1n, found: 1 },
    ],
    'acct_many',
  ],
  [
    'a minimum above what is there',
    async (sql) => {
      await sql`alter table ledger.accounts drop constraint accounts_min_available`
      await sql`
        update ledger.accounts set min_available = 1000
        where merchant = 'acct_a' and mode = 'test' and public_id in ('sales', 'idle')`
    },
    [{ problem: 'limit_passed', found: 2 }],
  ],
  [
    'a maximum below what is there',
    async (sql) => {
      await sql`alter table ledger.accounts drop constraint accounts_max_balance`
      await sql`
        update ledger.accounts set max_balance = 77
        where merchant = 'acct_a' and mode = 'test' and public_id in ('cash', 'sales')`
    },
    [{ problem: 'limit_passed', account: 'cash', found: 1 }],
  ],
  [
    'an account closed with something on it',
    (sql) => sql`
      update ledger.accounts set status = 'closed'
      where merchant = 'acct_a' and mode = 'test' and public_id in ('idle', 'sales')`,
    [{ problem: 'limit_passed', account: 'sales', found: 1 }],
  ],
]

/** What walking book by book comes to where that is something else: it ends at the head, and sees no book that is gone. */
const walkedOtherwise: Readonly<Record<string, readonly string[]>> = {
  'a head set back': ['seq_gap', 'wrong_head'],
  'a seq moved': ['seq_gap', 'wrong_head'],
  'a book removed': [],
}
for (const [name, change, want, of = 'acct_a'] of tamperings)
  test(`${name} is found and named`, async () => {
    const [book] = await bookOf(superuser.sql, of)
    const verification = await foundAfter(superuser, change)
    expect(verification?.walked).toEqual(walkedOtherwise[name] ?? want.map(({ problem }) => problem).toSorted())
    const found = new Map(verification?.findings.map((finding) => [finding.problem as string, finding]))
    expect([...found.keys()].toSorted()).toEqual(want.map(({ problem }) => problem).toSorted())
    for (const each of want)
      expect(found.get(each.problem)).toMatchObject({ ...each, lane: book?.lane, book: book?.id })
    expect(linesOf(verification as NonNullable<typeof verification>)[0]).toMatch(/^Ledger IS WRONG: /)
  })

test('none of this outlived its test', async () => {
  expect((await verifyLedger(ledger.database.db)).findings).toEqual([])
})

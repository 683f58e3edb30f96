/**
 * The rules of single rows, as the database asks them of the owner of its tables. Rows that the service would write are
 * spoiled on their way by a trigger of the test's own; accounts and books are written as nobody should.
 */
import { sqlState, type Sql } from '@micro/postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { write, type Wrong } from '../testing/raw-transaction.ts'

let ledger: Ledger

beforeAll(async () => {
  ledger = await startLedger()
  for (const id of ['a', 'b']) await ledger.account(merchant(), id)
  await ledger.record(merchant(), 'one', move(100, { from: 'a', to: 'b' }))
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const rolledBack = new Error('rolled back')
/** Done, or what refused it: the constraint by name, else the SQLSTATE. Leaves nothing behind either way. */
const attempt = async (work: (sql: Sql) => Promise<unknown>): Promise<string> => {
  try {
    return await ledger.database.owner.transaction(async (sql) => {
      await work(sql)
      throw rolledBack
    })
  } catch (error) {
    if (error === rolledBack) return 'done'
    return (error as { constraint?: string }).constraint ?? sqlState(error) ?? String(error)
  }
}

/** SQL that a test is made of, as it stands. */
const run = (sql: Sql, text: string) => sql(Object.assign([text], { raw: [text] }))

const spoiled =
  (table: string, change: string, wrong: Wrong = {}) =>
  async (sql: Sql) => {
    await run(
      sql,
      `create function ledger.spoil() returns trigger language plpgsql as $$ begin ${change}; return new; end $$`,
    )
    await run(sql, `create trigger spoil before insert on ledger.${table} for each row execute function ledger.spoil()`)
    await write(sql, wrong)
  }

const salted = { description: 'x', salt: Buffer.alloc(16) }

describe('a transaction is refused', () => {
  for (const [name, change, want, wrong] of [
    ['with half a fingerprint', "new.fingerprint := '\\x00'", 'transactions_fingerprint_check', {}],
    ['with an id of another kind', "new.id := 'pi_1'", 'transactions_content', {}],
    ['without a reference', "new.reference_id := ''", 'transactions_reference_id_check', { hashed: { reference: '' } }],
    [
      'with a reference that has no end',
      "new.reference_id := repeat('r', 256)",
      'transactions_reference_id_check',
      { hashed: { reference: 'r'.repeat(256) } },
    ],
    ['with words that are not salted', `new.metadata := '{"a": "1"}'`, 'transactions_text_is_salted', {}],
    ['salted without words', 'new.text_salt := sha256($x$x$x$)', 'transactions_content', {}],
    ['with half a content hash', "new.content_hash := '\\x00'", 'transactions_content', {}],
    ['with a list for metadata', "new.metadata := '[]'", 'transactions_text_is_salted', {}],
    [
      'with a description that has no end',
      "new.description := repeat('x', 1001)",
      'transactions_description_check',
      { ...salted, hashed: { ...salted, description: 'x'.repeat(1001) } },
    ],
    ['of a kind there is not', "new.kind := 'gift'", 'entries_balance', {}],
    ['booked late by the merchant', 'new.booked_at := new.created_at', 'transactions_booked_late', {}],
    ['from after there is time', "new.effective_at := '10000-01-01Z'", 'transactions_content', {}],
  ] as const satisfies readonly (readonly [string, string, string, Wrong])[])
    test(name, async () => expect(await attempt(spoiled('transactions', change, wrong))).toBe(want))
})

describe('an entry is refused', () => {
  for (const [name, change, want] of [
    ['of more than an amount may be', 'new.amount := new.amount * 1e30', 'entries_amount_check'],
    ['of nothing', 'new.amount := 0', 'entries_amount_check'],
    ['on a leg before the first', 'new.leg := new.leg - 1', 'entries_leg_check'],
    ['on a layer there is not', "new.layer := 'promised'", 'entries_layer_check'],
    ['of a version before the first', 'new.account_version := 0', 'entries_account_version_check'],
  ] as const)
    test(name, async () => expect(await attempt(spoiled('entries', change))).toBe(want))
})

/** What is written of each column; the rest is right. */
const inserted = (
  table: string,
  columns: Readonly<Record<string, string>>,
  wrong: Readonly<Record<string, string>>,
) => {
  const all = { ...columns, ...wrong }
  return (sql: Sql) =>
    run(
      sql,
      `insert into ledger.${table} (${Object.keys(all).join()}) select ${Object.values(all).join()} from ledger.books b
       where b.merchant = 'acct_a'`,
    )
}

const account = {
  ...{ lane: 'b.lane', book: 'b.id', merchant: 'b.merchant', mode: 'b.mode', public_id: "'c'", name: "'c'" },
  ...{ type: "'asset'", currency: "'usd'", system: 'false', created_at: 'now()' },
}

describe('an account is refused', () => {
  for (const [name, wrong, want] of [
    ['none of it', {}, 'done'],
    ['without an id', { public_id: "''" }, 'accounts_public_id_check'],
    ['with an id that has no end', { public_id: "repeat('c', 129)" }, 'accounts_public_id_check'],
    ['without a name', { name: "''" }, 'accounts_name_check'],
    ['of a type there is not', { type: "'wallet'" }, 'accounts_type_check'],
    ['of a status there is not', { status: "'asleep'" }, 'accounts_status_check'],
    ['in no currency', { currency: "'USD'" }, 'accounts_currency_check'],
    ['with a list for metadata', { metadata: "'[]'" }, 'accounts_metadata_check'],
    ["of the merchant's with a name of Micro's", { public_id: "'sys_c'" }, 'accounts_system_by_name'],
    ["of Micro's with a name of the merchant's", { system: 'true' }, 'accounts_system_by_name'],
    [
      "of Micro's with a limit",
      { public_id: "'sys_c'", system: 'true', min_available: '0' },
      'accounts_system_unlimited',
    ],
    ['with a balance to begin with', { posted_credits: '5' }, 'accounts_start_empty'],
    ['with something held to begin with', { pending_debits: '5' }, 'accounts_start_empty'],
    ['with less than nothing', { posted_debits: '-5', version: '1' }, 'accounts_sums_check'],
    ['of a version before the first', { version: '-1' }, 'accounts_sums_check'],
    ['below its minimum', { min_available: '1' }, 'accounts_min_available'],
    ['closed with a balance', { status: "'closed'", posted_debits: '5', version: '1' }, 'accounts_closed_at_zero'],
  ] as const satisfies readonly (readonly [string, Readonly<Record<string, string>>, string])[])
    test(name, async () => expect(await attempt(inserted('accounts', account, wrong))).toBe(want))

  test('on another side than its type has: it stands where it belongs', async () => {
    const sides = await ledger.database.owner.sql`
      select count(*) from ledger.accounts
      where normal_balance <> case when type in ('asset', 'expense') then 'debit' else 'credit' end`
    expect(sides).toEqual([{ count: 0n }])
    expect(await attempt((sql) => sql`update ledger.accounts set normal_balance = 'credit'`)).toBe('23001')
  })

  for (const [name, change, want] of [
    ['that loses its name', "name = ''", 'accounts_name_check'],
    ['that gets a list for metadata', "metadata = '[]'", 'accounts_metadata_check'],
    ['that gets a status there is not', "status = 'asleep'", 'accounts_status_check'],
    ['that is closed with a balance', "status = 'closed'", 'accounts_closed_at_zero'],
    ['that gets a minimum it is below', 'min_available = 1e9', 'accounts_min_available'],
  ] as const)
    test(name, async () =>
      expect(await attempt((sql) => run(sql, `update ledger.accounts set ${change} where public_id = 'a'`))).toBe(want),
    )
})

const lane = "get_byte(sha256(convert_to('acct_n/test', 'UTF8')), 0)"
const book = { lane, merchant: "'acct_n'", mode: "'test'", created_at: 'now()' }

describe('a book is refused', () => {
  for (const [name, wrong, want] of [
    ['none of it', {}, 'done'],
    ['on another lane', { lane: `(${lane} + 1) % 256` }, 'books_lane_is_hash'],
    ['of nobody', { merchant: "''" }, 'books_merchant_check'],
    ['in a mode there is not', { mode: "'play'" }, 'books_mode_check'],
    ['with a seq before the first', { last_seq: '-1' }, 'books_head_check'],
    ['with a seq and no head', { last_seq: '1' }, 'books_head_check'],
    ['with a head and no seq', { head_hash: "sha256('')" }, 'books_head_check'],
    ['with half a head', { last_seq: '1', head_hash: "'\\x00'" }, 'books_head_check'],
    ['with half an origin', { origin_mode: "'test'" }, 'books_origin_whole'],
    [
      "of another mode's origin",
      { origin_merchant: "'o'", origin_mode: "'live'", head_hash: "sha256('')" },
      'books_origin_mode',
    ],
    ['imported without a time', { imported_seq: '1' }, 'books_imported_whole'],
    ['imported to before the first', { imported_seq: '-1' }, 'books_imported_seq_check'],
    [
      'that begins at another origin than its own',
      {
        ...{ origin_merchant: "'o'", origin_mode: "'test'", imported_seq: '1', imported_at: 'now()' },
        head_hash: "sha256('')",
      },
      'books_begin_at_origin',
    ],
  ] as const satisfies readonly (readonly [string, Readonly<Record<string, string>>, string])[])
    test(name, async () => expect(await attempt(inserted('books', book, wrong))).toBe(want))
})

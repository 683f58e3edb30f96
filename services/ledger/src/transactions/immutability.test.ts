/**
 * What the database itself refuses, whoever asks: the service's role, the owner of the tables, a session that plays
 * the replica.
 */
import { createDatabase, SQLSTATE, sqlState, type Database, type Sql } from '@micro/postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectSound, merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { write, type Wrong } from '../testing/raw-transaction.ts'

let ledger: Ledger
let superuser: Database
const restrictViolation = '23001'

beforeAll(async () => {
  ledger = await startLedger()
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  for (const who of [merchant(), merchant('acct_b')]) {
    for (const id of ['a', 'b']) await ledger.account(who, id)
    for (const id of ['euros', 'dimes']) await ledger.account(who, id, { currency: 'eur' })
    await ledger.record(who, 'one', move(100, { from: 'a', to: 'b' }))
  }
  const accounts = [
    { id: 'sys_x', name: 'x', type: 'asset' },
    { id: 'sys_y', name: 'y', type: 'asset' },
  ]
  await ledger.post(payments, '/internal/transactions', {
    merchant: 'acct_a',
    mode: 'test',
    reference_id: 'micro:1',
    currency: 'usd',
    accounts,
    entries: move(1, { from: 'sys_x', to: 'sys_y' }),
  })
})
afterEach(() => expectSound(ledger))
afterAll(async () => {
  await superuser.close()
  await ledger.close()
})

const stateOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => {
      const state = sqlState(error)
      if (state === undefined) throw error
      return state
    },
  )
const asReplica = (work: (sql: Sql) => Promise<unknown>) =>
  superuser.transaction(async (sql) => {
    await sql`set local session_replication_role = replica`
    await work(sql)
  })

const changes: Record<string, (sql: Sql) => Promise<unknown>> = {
  'update of a transaction': (sql) => sql`update ledger.transactions set description = 'x'`,
  'update of no transaction': (sql) => sql`update ledger.transactions set description = 'x' where false`,
  'update of an entry': (sql) => sql`update ledger.entries set amount = 5`,
  'delete of transactions': (sql) => sql`delete from ledger.transactions`,
  'delete of entries': (sql) => sql`delete from ledger.entries`,
  'truncate of transactions': (sql) => sql`truncate ledger.transactions`,
  'truncate of entries': (sql) => sql`truncate ledger.entries`,
  'truncate of everything': (sql) => sql`truncate ledger.books cascade`,
  'upsert of a transaction': (sql) => sql`
    insert into ledger.transactions
      (lane, book, seq, id, reference_id, description, currency, entry_count, fingerprint, metadata, created_at,
        effective_at, content_hash, hash)
    select lane, book, seq, id, reference_id, description, currency, entry_count, fingerprint, metadata, created_at,
      effective_at, content_hash, hash
    from ledger.transactions
    on conflict (lane, book, seq) do update set description = 'x'`,
  'upsert of an entry': (sql) => sql`
    insert into ledger.entries select * from ledger.entries on conflict (lane, book, seq, leg) do update set amount = 5`,
  'merge into entries': (sql) => sql`
    merge into ledger.entries e using ledger.entries f on e.seq = f.seq and e.leg = f.leg and e.book = f.book
    when matched then update set amount = 5`,
  'update of a balance': (sql) => sql`update ledger.accounts set posted_credits = posted_credits + 4910`,
  'update of a version': (sql) => sql`update ledger.accounts set version = 0`,
  'update of an account type': (sql) => sql`update ledger.accounts set type = 'revenue'`,
  'update of an account currency': (sql) => sql`update ledger.accounts set currency = 'eur'`,
  'update of an account id': (sql) => sql`update ledger.accounts set public_id = public_id || 'x'`,
  'update of an account owner': (sql) => sql`update ledger.accounts set merchant = 'acct_b'`,
  'update of an account scale': (sql) => sql`update ledger.accounts set asset_scale = 2`,
  'update of an asset': (sql) => sql`update ledger.assets set scale = 3`,
  'delete of assets': (sql) => sql`delete from ledger.assets`,
  'delete of accounts': (sql) => sql`delete from ledger.accounts`,
  'update of a hash': (sql) => sql`update ledger.transactions set hash = sha256('x')`,
  'update of the last hash of a book': (sql) => sql`update ledger.books set head_hash = sha256('x')`,
  'update of a seq': (sql) => sql`update ledger.books set last_seq = 9`,
  'delete of books': (sql) => sql`delete from ledger.books`,
}
describe('history and balances do not change', () => {
  for (const [name, change] of Object.entries(changes)) {
    test(`${name}: the service has no right to`, async () =>
      expect(await stateOf(change(ledger.database.db.sql))).toBe(SQLSTATE.insufficientPrivilege))
    test(`${name}: the owner is refused`, async () =>
      expect(await stateOf(change(ledger.database.owner.sql))).toBe(restrictViolation))
    test(`${name}: a superuser that plays the replica is refused`, async () =>
      expect(await stateOf(asReplica(change))).toBe(restrictViolation))
  }
})

describe('the service cannot get around it', () => {
  for (const [name, work] of Object.entries({
    'disable the triggers': (sql) => sql`alter table ledger.entries disable trigger all`,
    'drop a trigger': (sql) => sql`drop trigger post_entries on ledger.entries`,
    'replace a function': (sql) =>
      sql`create or replace function ledger.refuse_change() returns trigger language sql as 'select null'`,
    'play the replica': (sql) => sql`set session_replication_role = replica`,
    'become the owner': (sql) => sql`set role ledger_owner`,
    'make an account with a balance': (sql) => sql`
      insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at, posted_credits, version)
      select lane, id, merchant, mode, 'rich', 'x', 'asset', 'usd', false, now(), 5, 1 from ledger.books`,
  } satisfies Record<string, (sql: Sql) => Promise<unknown>>))
    test(name, async () => expect(await stateOf(work(ledger.database.db.sql))).toBe(SQLSTATE.insufficientPrivilege))
})

const rolledBack = new Error('rolled back')
/** Done, or what refused it: the constraint by name, else the SQLSTATE. Leaves nothing behind either way. */
const attempt = async (db: Database, wrong: Wrong): Promise<string> => {
  try {
    return await db.transaction(async (sql) => {
      await write(sql, wrong)
      throw rolledBack
    })
  } catch (error) {
    if (error === rolledBack) return 'done'
    return (error as { constraint?: string }).constraint ?? sqlState(error) ?? String(error)
  }
}

describe('a transaction written past the service', () => {
  for (const [name, wrong, want] of [
    ['that is right', {}, 'done'],
    [
      'that does not balance',
      {
        entries: [
          ['a', 5],
          ['b', -4],
        ],
      },
      'entries_balance',
    ],
    [
      'with an entry of zero',
      {
        entries: [
          ['a', 5],
          ['b', -5],
          ['b', 0],
        ],
      },
      'entries_amount_check',
    ],
    ['with one entry', { entries: [['a', 5]], count: 2 }, 'entries_balance'],
    ['with no entry', { entries: [], count: 2 }, 'transactions_have_entries'],
    ['with fewer entries than it says', { count: 3 }, 'entries_balance'],
    [
      'on one account only',
      {
        entries: [
          ['a', 5],
          ['a', -5],
        ],
      },
      'entries_balance',
    ],
    [
      'on an account there is not',
      {
        entries: [
          ['a', 5],
          ['none', -5],
        ],
      },
      'entries_account',
    ],
    ["on another merchant's accounts", { owner: 'acct_b' }, 'entries_account'],
    [
      'on an account in another currency',
      {
        entries: [
          ['a', 5],
          ['euros', -5],
        ],
      },
      'entries_account',
    ],
    ['in another currency than its accounts', { currency: 'eur' }, 'entries_account'],
    [
      "on Micro's accounts",
      {
        entries: [
          ['a', 5],
          ['sys_x', -5],
        ],
      },
      'entries_account',
    ],
    ["of Micro on a merchant's accounts", { reference: 'micro:2' }, 'entries_account'],
    ['with a reference that is taken', { reference: 'one' }, 'transactions_reference_once'],
    [
      'that tells a wrong balance',
      {
        entries: [
          ['a', 5, 4],
          ['b', -5],
        ],
      },
      'entries_chain',
    ],
    [
      'that leaves out a version',
      {
        entries: [
          ['a', 5, undefined, 3],
          ['b', -5],
        ],
      },
      SQLSTATE.serializationFailure,
    ],
    [
      'that was decided on an old balance',
      {
        entries: [
          ['a', 5, 5, 1],
          ['b', -5],
        ],
      },
      SQLSTATE.serializationFailure,
    ],
    ['that leaves out a seq', { seq: 9 }, SQLSTATE.serializationFailure],
    ['that takes a seq again', { seq: 1 }, 'entries_pkey'],
    ['from before the last one', { at: '2001-01-01T00:00:00Z' }, SQLSTATE.serializationFailure],
    ['with the hash of another amount', { hashed: { entries: [] } }, 'transactions_content'],
    ['with the hash of another reference', { hashed: { reference: 'rav' } }, 'transactions_content'],
    ['with the hash of another time', { hashed: { createdAt: new Date(0) } }, 'transactions_content'],
    ['with the hash of another time of effect', { hashed: { effectiveAt: new Date(0) } }, 'transactions_content'],
    [
      'with the hash of another description',
      { description: 'x', salt: Buffer.alloc(16), hashed: { description: 'y' } },
      'transactions_content',
    ],
    ['with a description that is salted', { description: 'x', salt: Buffer.alloc(16) }, 'done'],
    ['with a description that is not salted', { description: 'x' }, 'transactions_text_is_salted'],
    ['with a hash that is no link', { hash: Buffer.alloc(32) }, 'transactions_chain'],
    ['that follows another hash', { before: Buffer.alloc(32) }, 'transactions_chain'],
    ['with half a hash', { hash: Buffer.alloc(16) }, 'transactions_hash_check'],
    ['of the far past', { effective: '1970-01-01T00:00:00Z' }, 'done'],
    ['from before there was time', { effective: '1969-12-31T23:59:59Z' }, 'transactions_effective_in_range'],
    [
      'in two currencies, each of which balances',
      {
        currency: null,
        entries: [
          ['a', 5],
          ['b', -5],
          ['euros', 7],
          ['dimes', -7],
        ],
      },
      'done',
    ],
    [
      'in two currencies, which balance only together',
      {
        currency: null,
        entries: [
          ['a', 5],
          ['euros', -5],
        ],
      },
      'transactions_currencies',
    ],
    ['in one currency that it does not name', { currency: null }, 'transactions_currencies'],
    ['of entries alone', { withTransaction: false }, 'entries_balance'],
    ['of more entries for an old one', { withTransaction: false, seq: 1 }, 'entries_pkey'],
  ] as const satisfies readonly (readonly [string, Wrong, string])[]) {
    for (const role of ['db', 'owner'] as const) {
      test(`${name} gives ${want} to the ${role === 'db' ? 'service' : 'owner'}`, async () =>
        expect(await attempt(ledger.database[role], wrong)).toBe(want))
    }
  }

  test('without entries is refused at once, so none can be committed', async () =>
    expect(
      await stateOf(ledger.database.db.sql`
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, currency, entry_count, fingerprint, metadata, created_at, effective_at, content_hash, hash)
      select lane, id, last_seq + 1, 'ltx_orphan', 'orphan', 'usd', 2, sha256('x'), '{}', now(), now(), sha256('x'), sha256('x')
      from ledger.books where merchant = 'acct_a'`),
    ).toBe(SQLSTATE.checkViolation))

  test('is checked also in a session that plays the replica', async () =>
    expect(
      await stateOf(
        asReplica((sql) =>
          write(sql, {
            entries: [
              ['a', 5],
              ['b', -4],
            ],
          }),
        ),
      ),
    ).toBe(SQLSTATE.checkViolation))
})

describe('books and accounts', () => {
  for (const [name, work] of Object.entries({
    'a limit that the balance is beyond': (sql) =>
      sql`update ledger.accounts set min_available = 1000 where public_id = 'a'`,
    "a limit on Micro's account": (sql) =>
      sql`update ledger.accounts set max_balance = 1000000 where public_id = 'sys_x'`,
    "a frozen account of Micro's": (sql) => sql`update ledger.accounts set status = 'frozen' where public_id = 'sys_x'`,
    'a closed account that is not empty': (sql) =>
      sql`update ledger.accounts set status = 'closed' where public_id = 'a'`,
    'a currency of more than three letters without a scale': (sql) => sql`
      insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
      select lane, id, merchant, mode, 'cash', 'x', 'asset', 'ether', false, now() from ledger.books`,
    'a second book under another lane': (sql) => sql`
      insert into ledger.books (lane, merchant, mode, created_at) select (lane + 1) % 256, merchant, mode, now() from ledger.books`,
    'an account of Micro that is not named so': (sql) => sql`
      insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
      select lane, id, merchant, mode, 'cash', 'x', 'asset', 'usd', true, now() from ledger.books`,
    'an account of an unknown type': (sql) => sql`
      insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
      select lane, id, merchant, mode, 'cash', 'x', 'bogus', 'usd', false, now() from ledger.books`,
  } satisfies Record<string, (sql: Sql) => Promise<unknown>>))
    test(`${name} is refused`, async () =>
      expect(await stateOf(work(ledger.database.db.sql))).toBe(SQLSTATE.checkViolation))

  test("an account in another merchant's book is refused", async () =>
    expect(
      await stateOf(ledger.database.db.sql`
      insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
      select lane, id, 'acct_thief', mode, 'cash', 'x', 'asset', 'usd', false, now() from ledger.books`),
    ).toBe(SQLSTATE.foreignKeyViolation))

  test('an asset that was never made is refused', async () =>
    expect(
      await stateOf(ledger.database.db.sql`
      insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, asset_scale, system, created_at)
      select lane, id, merchant, mode, 'cash', 'x', 'asset', 'ether', 18, false, now() from ledger.books`),
    ).toBe(SQLSTATE.foreignKeyViolation))

  test('an entry past a limit, on a frozen or a closed account is refused, whatever the service decided', async () => {
    const outcomes = async (change: (sql: Sql) => Promise<unknown>, amount: number): Promise<string> => {
      try {
        return await ledger.database.owner.transaction(async (sql) => {
          await change(sql)
          await write(sql, {
            entries: [
              ['a', amount],
              ['b', -amount],
            ],
          })
          throw rolledBack
        })
      } catch (error) {
        return error === rolledBack ? 'done' : String((error as { constraint?: string }).constraint ?? error)
      }
    }
    const limit = (sql: Sql) =>
      sql`update ledger.accounts set min_available = 95, max_balance = 105 where public_id = 'a'`
    expect(await outcomes(limit, 5)).toBe('done')
    expect(await outcomes(limit, 6)).toBe('accounts_min_available')
    expect(await outcomes(limit, -6)).toBe('accounts_max_balance')
    const freeze = (sql: Sql) => sql`update ledger.accounts set status = 'frozen' where public_id = 'b'`
    expect(await outcomes(freeze, 5)).toBe('entries_account')
    const close = async (sql: Sql) => {
      await sql`update ledger.accounts set status = 'closed' where public_id = 'euros'`
      await sql`update ledger.accounts set status = 'active' where public_id = 'euros'`
    }
    expect(await outcomes(close, 5)).toContain('UPDATE of ledger.accounts is refused')
  })
})

/** What the database itself holds to about closed periods and dates of effect, whoever asks and whatever else is broken. */
import { unixSeconds } from '@micro/kernel'
import { createDatabase, only, sqlState, SQLSTATE, type Database, type Sql } from '@micro/postgres'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { write, type Wrong } from '../testing/raw-transaction.ts'

let ledger: Ledger
let superuser: Database
const me = merchant()
const restrictViolation = '23001'

beforeAll(async () => {
  ledger = await startLedger()
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  for (const id of ['a', 'b']) await ledger.account(me, id)
  await ledger.record(me, 'one', move(5, { from: 'a', to: 'b' }))
  await ledger.record(me, 'dated', move(5, { from: 'a', to: 'b' }), { effective_at: 1_000_000_000 })
  ledger.clock.advance(100_000)
  const closes_through = unixSeconds(ledger.clock.now()) - 40
  expect((await ledger.post(me, '/ledger/periods', { closes_through })).status).toBe(201)
})
afterAll(async () => {
  await expectSound(ledger)
  await superuser.close()
  await ledger.close()
})

/** What became of an attempt, thrown so that it is undone and, unlike an error of the database, not tried again. */
class Outcome extends Error {}
const nameOf = (error: unknown): string =>
  (error as { constraint?: string }).constraint ?? sqlState(error) ?? String(error)
/** Done, or what refused it: the constraint by name, else the SQLSTATE. Leaves nothing behind either way. */
const attempt = (db: Database, work: (sql: Sql) => Promise<unknown>): Promise<string> =>
  db
    .transaction(async (sql): Promise<string> => {
      const refused = await work(sql).then(() => 'done', nameOf)
      throw new Outcome(refused)
    })
    .catch((error: unknown) => {
      if (error instanceof Outcome) return error.message
      throw error
    })
const asReplica = (work: (sql: Sql) => Promise<unknown>) => async (sql: Sql) => {
  await sql`set local session_replication_role = replica`
  await work(sql)
}

const changes: Record<string, (sql: Sql) => Promise<unknown>> = {
  'a period opened again': (sql) => sql`update ledger.books set closed_before = null`,
  'a period closed without a record of it': (sql) => sql`update ledger.books set closed_before = '9000-01-01'`,
  'a period changed': (sql) => sql`update ledger.periods set closed_before = closed_before - interval '1 day'`,
  'a period deleted': (sql) => sql`delete from ledger.periods`,
  'all periods deleted': (sql) => sql`truncate ledger.periods cascade`,
  'totals changed': (sql) => sql`update ledger.period_totals set debits = 1`,
  'totals deleted': (sql) => sql`delete from ledger.period_totals`,
  'a note changed': (sql) => sql`update ledger.shifted_entries set amount = 1`,
  'a note deleted': (sql) => sql`delete from ledger.shifted_entries`,
  'all notes deleted': (sql) => sql`truncate ledger.shifted_entries`,
  'a note made up': (sql) => sql`
    insert into ledger.shifted_entries select lane, book, account, seq + 1, leg, counts_at, amount from ledger.shifted_entries`,
  'a booking changed': (sql) => sql`update ledger.transactions set booked_at = null`,
}
describe('what is closed stays closed', () => {
  for (const [name, change] of Object.entries(changes)) {
    test(`${name}: the service has no right to`, async () =>
      expect(await attempt(ledger.database.db, change)).toBe(SQLSTATE.insufficientPrivilege))
    test(`${name}: the owner is refused`, async () =>
      expect(await attempt(ledger.database.owner, change)).toBe(restrictViolation))
    test(`${name}: a superuser that plays the replica is refused`, async () =>
      expect(await attempt(superuser, asReplica(change))).toBe(restrictViolation))
  }
})

describe('a transaction written past the service', () => {
  const closed = '2026-01-01T00:00:30Z'
  const recorded = '2026-01-02T00:00:00Z'
  for (const [name, wrong, want] of [
    ['of the open period', { at: recorded, effective: '2026-01-01T12:00:00Z' }, 'done'],
    ['of the first instant that is open', { at: recorded, effective: '2026-01-01T00:01:01Z' }, 'done'],
    ['of the closed period', { at: recorded, effective: closed }, 'transactions_period_open'],
    ['of its last instant', { at: recorded, effective: '2026-01-01T00:01:00.999Z' }, 'transactions_period_open'],
    ['recorded in the closed period', { at: closed }, 'transactions_period_open'],
  ] as const satisfies readonly (readonly [string, Wrong, string])[])
    for (const who of ['the service', 'the owner', 'a replica'] as const)
      test(`${name}, by ${who}: ${want}`, async () => {
        const db = { 'the service': ledger.database.db, 'the owner': ledger.database.owner, 'a replica': superuser }[
          who
        ]
        const work = (sql: Sql) => write(sql, wrong)
        expect(await attempt(db, who === 'a replica' ? asReplica(work) : work)).toBe(want)
      })

  const booked =
    (reference: string, { effective, at }: { effective: string; at: string | null }) =>
    (sql: Sql) =>
      sql`
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, currency, entry_count, fingerprint, metadata, created_at, effective_at,
          booked_at, content_hash, hash)
      select lane, id, last_seq + 1, 'ltx_x', ${reference}, 'usd', 2, sha256('x'), '{}', ${recorded}::timestamptz,
        ${effective}::timestamptz, ${at}::timestamptz, sha256('x'), sha256('x') from ledger.books`
  for (const [name, reference, times] of [
    ["a merchant's, booked late", 'mine', { effective: closed, at: recorded }],
    [
      "Micro's, booked at another time than it is recorded",
      'micro:x',
      { effective: closed, at: '2026-01-01T12:00:00Z' },
    ],
    ["Micro's, booked late that takes effect later", 'micro:x', { effective: '2026-01-03T00:00:00Z', at: recorded }],
  ] as const)
    test(`${name}: refused`, async () =>
      expect(await attempt(ledger.database.db, booked(reference, times))).toBe('transactions_booked_late'))
})

describe('a period written past the service', () => {
  const period = (
    change: { number?: number; seq?: number; closed?: string; created?: string; count?: number; hash?: Buffer } = {},
    totals: readonly (readonly [type: string, debits: number, credits: number])[] = [['asset', 10, 10]],
  ) => {
    const { number = 2, seq = 2, count = totals.length, hash = null } = change
    const { closed = '2026-01-01T00:01:10Z', created = '2026-01-02T00:00:00Z' } = change
    return (sql: Sql) => sql`
      with closed as (
        insert into ledger.periods (lane, book, number, id, closed_before, seq, hash, totals_count, created_at)
        select lane, id, ${number}, 'lper_x', ${closed}::timestamptz, ${seq}, coalesce(${hash}::bytea, head_hash), ${count},
          ${created}::timestamptz
        from ledger.books
      )
      insert into ledger.period_totals (lane, book, period, currency, type, debits, credits)
      select b.lane, b.id, ${number}, 'usd', t.* from ledger.books b, unnest(
        ${totals.map(([type]) => type)}::text[], ${totals.map(([, debits]) => debits)}::numeric[],
        ${totals.map(([, , credits]) => credits)}::numeric[]) as t`
  }
  for (const [name, work, want] of [
    ['that is right', period(), 'done'],
    ['that goes back', period({ closed: '2026-01-01T00:00:10Z' }), SQLSTATE.serializationFailure],
    ['that closes the same again', period({ closed: '2026-01-01T00:01:01Z' }), SQLSTATE.serializationFailure],
    ['that leaves one out', period({ number: 3 }), SQLSTATE.serializationFailure],
    ['that takes the place of another', period({ number: 1 }), 'period_totals_pkey'],
    ['of an older transaction', period({ seq: 1 }), SQLSTATE.serializationFailure],
    ['of another hash', period({ hash: Buffer.alloc(32) }), SQLSTATE.serializationFailure],
    ['of the future', period({ closed: '2026-01-03T00:00:00Z' }), 'periods_in_the_past'],
    ['without all of its totals', period({ count: 2 }), 'periods_have_totals'],
    ['with more totals than it has', period({ count: 0 }), 'periods_have_totals'],
    ['that does not balance', period({}, [['asset', 10, 9]]), 'totals_balance'],
  ] as const)
    for (const who of ['the service', 'the owner'] as const)
      test(`${name}, by ${who}: ${want}`, async () => {
        const db = who === 'the service' ? ledger.database.db : ledger.database.owner
        expect(await attempt(db, work)).toBe(want)
      })

  test('totals added to a period that is closed are refused', async () => {
    const add = (sql: Sql) => sql`
      insert into ledger.period_totals select lane, book, period, 'eur', type, debits, credits from ledger.period_totals`
    for (const db of [ledger.database.db, ledger.database.owner])
      expect(await attempt(db, add)).toBe('periods_have_totals')
  })
})

describe('without a lock of the book', () => {
  const { promise: never } = Promise.withResolvers<never>()
  /** Commits `first` once `second` waits for it. Resolves with what became of the second. */
  const race = async (
    first: (sql: Sql) => Promise<unknown>,
    second: (sql: Sql) => Promise<unknown>,
  ): Promise<string> => {
    const { db, owner } = ledger.database
    let outcome: Promise<string> = never
    await db.transaction(async (sql) => {
      await first(sql)
      outcome = attempt(owner, second)
      await eventually(async () => {
        const waiting = await superuser.sql`
          select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
        expect(waiting).toHaveLength(1)
      })
    })
    return outcome
  }
  const head = async () => {
    const rows = await superuser.sql<{ seq: bigint; hash: Buffer }>`
      select last_seq as seq, head_hash as hash from ledger.books`
    return only(rows)
  }
  const close =
    (number: number, { seq, hash }: { seq: bigint; hash: Buffer }) =>
    (sql: Sql) =>
      sql`
    insert into ledger.periods (lane, book, number, id, closed_before, seq, hash, totals_count, created_at)
    select lane, id, ${number}, 'lper_y', '2026-01-01T00:01:10Z', ${seq}, ${hash}::bytea, 0, '2026-01-02T00:00:00Z'
    from ledger.books`
  const post = (reference: string, at: string) => (sql: Sql) =>
    write(sql, { at, effective: '2026-01-01T00:01:05Z', reference })

  test('a closing that was decided before a posting is refused behind it', async () =>
    expect(await race(post('in front', '2026-01-02T00:00:00Z'), close(2, await head()))).toBe(
      SQLSTATE.serializationFailure,
    ))

  test('a posting that was decided before a closing is refused behind it', async () =>
    expect(await race(close(2, await head()), post('behind', '2026-01-02T00:00:01Z'))).toBe('transactions_period_open'))
})

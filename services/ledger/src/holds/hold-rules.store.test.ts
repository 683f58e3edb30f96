/** What the database itself holds to when holds and reversals are written past the service. */
import type { Layer } from '@micro/contracts'
import { sqlState, type Database, type Sql } from '@micro/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { write, type Wrong } from '../testing/raw-transaction.ts'

let ledger: Ledger
beforeAll(async () => {
  ledger = await startLedger()
  for (const name of ['acct_a', 'acct_b'])
    for (const id of ['a', 'b', 'c']) await ledger.account(merchant(name), id, { type: 'liability' })
  const make = (id: string, rest: object) =>
    ledger.post(merchant(), '/ledger/accounts', { id, name: id, type: 'liability', ...rest })
  for (const id of ['e', 'f']) await make(id, { currency: 'eur' })
  await make('low', { min_available: -10 })
  await make('high', { max_balance: 10 })
  await ledger.post(payments, '/internal/transactions', {
    merchant: 'acct_a',
    mode: 'test',
    reference_id: 'micro:1',
    currency: 'usd',
    accounts: ['sys_x', 'sys_y'].map((id) => ({ id, name: id, type: 'asset' })),
    entries: move(10, { from: 'sys_x', to: 'sys_y' }),
  })
  await ledger.record(merchant('acct_a'), 'first', move(100, { from: 'a', to: 'b' }))
  // Others of the same accounts, so that sums of the accounts alone do not show what is wrong with one hold.
  const others = { kind: 'hold', layers: ['pending', 'pending', 'pending'] } as const
  await write(ledger.database.owner.sql, {
    ...others,
    reference: 'other',
    at: '2029-01-01T00:00:00Z',
    entries: [
      ['a', -1000],
      ['b', 600],
      ['c', 400],
    ],
  })
  await write(ledger.database.owner.sql, {
    ...others,
    reference: 'another',
    at: '2029-01-01T00:00:01Z',
    entries: [
      ['a', 1000],
      ['b', -600],
      ['c', -400],
    ],
  })
})
afterAll(() => ledger.close())

const rolledBack = new Error('rolled back')

/** Done, or what refused it: the constraint by name, else the SQLSTATE. Leaves nothing behind either way. */
const attempt = async (db: Database, work: (sql: Sql) => Promise<void>): Promise<string> => {
  try {
    return await db.transaction(async (sql) => {
      await work(sql)
      throw rolledBack
    })
  } catch (error) {
    if (error === rolledBack) return 'done'
    return (error as { constraint?: string }).constraint ?? sqlState(error) ?? String(error)
  }
}

/** Entries as text: account and amount, and `pending` where it is on that layer. */
type Step = Omit<Wrong, 'entries' | 'layers'> & { readonly legs: string }

const at = (second: number): string => `2030-01-01T00:00:${String(second).padStart(2, '0')}Z`
/** Writes one after another, a second apart; the first is seq 5. */
const steps =
  (...all: readonly Step[]) =>
  async (sql: Sql): Promise<void> => {
    for (const [nth, { legs, ...rest }] of all.entries()) {
      const entries = legs.split(', ').map((leg) => leg.split(' '))
      await write(sql, {
        at: at(nth),
        reference: `raw ${nth}`,
        ...rest,
        entries: entries.map(([account = '', amount]) => [account, Number(amount)] as const),
        layers: entries.map(([, , layer]): Layer => (layer === 'pending' ? 'pending' : 'posted')),
      })
    }
  }

const held = 5n
const hold = (rest: Partial<Step> = {}): Step => ({
  kind: 'hold',
  legs: 'a -50 pending, b 50 pending',
  ...rest,
})
const capture = (amount: number, taken = amount, rest: Partial<Step> = {}): Step => ({
  kind: 'capture',
  parent: held,
  legs: `a ${-amount}, b ${amount}, a ${taken} pending, b ${-taken} pending`,
  ...rest,
})
const giveBack = (kind: 'release' | 'expire', amount: number, rest: Partial<Step> = {}): Step => ({
  kind,
  parent: held,
  legs: `a ${amount} pending, b ${-amount} pending`,
  ...rest,
})
const reversal = (legs: string, rest: Partial<Step> = {}): Step => ({
  kind: 'reversal',
  parent: 2n,
  legs,
  ...rest,
})
const opposite = 'b -100, a 100'
const due = { expires: at(1) }

const twoCurrencies = hold({ currency: null, legs: 'a -50 pending, b 50 pending, e -7 pending, f 7 pending' })
const frozen =
  (then: Step) =>
  async (sql: Sql): Promise<void> => {
    await steps(hold())(sql)
    await sql`update ledger.accounts set status = 'frozen' where merchant = 'acct_a' and public_id = 'a'`
    await steps({ at: at(1), reference: 'then', ...then })(sql)
  }
const closed = async (sql: Sql): Promise<void> => {
  await steps(hold({ legs: 'e -7 pending, f 7 pending', currency: 'eur' }))(sql)
  await sql`update ledger.accounts set status = 'closed' where merchant = 'acct_a' and public_id = 'e'`
}

const expiryOf = async (sql: Sql): Promise<string> => {
  const [row] = await sql<{ id: string }>`select id from ledger.transactions where seq = ${held} and kind = 'hold'`
  return `micro:hold_expired:hold_${row?.id.slice(4)}`
}
const expired =
  (holding: Step, rest: Partial<Step> = {}) =>
  async (sql: Sql): Promise<void> => {
    await steps(holding)(sql)
    await steps(giveBack('expire', 50, { at: at(1), reference: await expiryOf(sql), ...rest }))(sql)
  }

describe('the owner of the tables', () => {
  const ways: readonly (readonly [name: string, work: (sql: Sql) => Promise<void>, want: string])[] = [
    ['may hold', steps(hold()), 'done'],
    [
      'may not hold what does not balance',
      steps(
        hold({
          legs: 'a -50 pending, b 49 pending',
        }),
      ),
      'entries_balance',
    ],
    [
      'may not hold partly on the layer of what is posted',
      steps(
        hold({
          legs: 'a -50, b 50 pending',
        }),
      ),
      'entries_balance',
    ],
    ['may not post on the layer of holds', steps(hold({ kind: 'post' })), 'entries_balance'],
    [
      'may not hold on an account twice',
      steps(
        hold({
          legs: 'a -50 pending, b 30 pending, b 20 pending',
        }),
      ),
      'holds_accounts',
    ],
    [
      "may not hold in Micro's name",
      steps(
        hold({
          reference: 'micro:x',
          legs: 'sys_x -5 pending, sys_y 5 pending',
        }),
      ),
      'transactions_follow',
    ],
    ['may not hold until before it was recorded', steps(hold({ expires: at(0) })), 'transactions_expires'],
    ['may not let a post expire', steps({ kind: 'post', expires: at(9), legs: opposite }), 'transactions_expires'],
    ['may not give a hold a parent', steps(hold({ parent: 1n })), 'transactions_parent'],
    ['may not capture without a hold', steps(capture(5, 5, { parent: undefined })), 'transactions_parent'],
    ['may not capture what is no hold', steps(capture(5, 5, { parent: 2n })), 'transactions_follow'],
    ['may not capture a hold that is yet to come', steps(capture(5, 5, { parent: 9n })), 'transactions_parent'],
    ['may capture a part and another and the rest', steps(hold(), capture(20), capture(10), capture(20)), 'done'],
    ['may capture a part and give back the rest at once', steps(hold(), capture(20, 50)), 'done'],
    ['may capture a part and release the rest', steps(hold(), capture(20), giveBack('release', 30)), 'done'],
    ['may not capture more than is held', steps(hold(), capture(51)), 'holds_remaining'],
    ['may not capture more than is left', steps(hold(), capture(30), capture(21)), 'holds_remaining'],
    ['may not post more than it takes back', steps(hold(), capture(40, 30)), 'holds_remaining'],
    ['may not capture the other way round', steps(hold(), capture(-20)), 'holds_remaining'],
    [
      'may not capture on another account',
      steps(
        hold(),
        capture(20, 20, {
          legs: 'a -20, c 20, a 20 pending, b -20 pending',
        }),
      ),
      'holds_remaining',
    ],
    [
      'may not capture what does not balance, though all in all it does',
      steps(
        hold(),
        capture(20, 20, {
          legs: 'a -20, b 10, a 20 pending, b -10 pending',
        }),
      ),
      'entries_balance',
    ],
    [
      'may not take back from an account twice',
      steps(
        hold(),
        giveBack('release', 0, {
          legs: 'a 30 pending, b -50 pending, a 20 pending',
        }),
      ),
      'holds_remaining',
    ],
    ['may not capture what is due', steps(hold(due), capture(20)), 'transactions_follow'],
    ['may capture until it is due', steps(hold({ expires: at(2) }), capture(20)), 'done'],
    ['may not release a part', steps(hold(), giveBack('release', 20)), 'holds_given_back'],
    ['may not release twice', steps(hold(), giveBack('release', 50), giveBack('release', 50)), 'holds_remaining'],
    ['may not capture what was released', steps(hold(), giveBack('release', 50), capture(1)), 'holds_remaining'],
    ['may not release what was captured', steps(hold(), capture(50), giveBack('release', 1)), 'holds_remaining'],
    [
      "may not release in Micro's name",
      steps(hold(), giveBack('release', 50, { reference: 'micro:x' })),
      'entries_account',
    ],
    ['may let a hold expire', expired(hold(due)), 'done'],
    ['may not let one expire before its time', expired(hold({ expires: at(2) })), 'transactions_follow'],
    ['may not let one expire that never does', expired(hold()), 'transactions_follow'],
    [
      'may not let one expire by another name',
      expired(hold(due), { reference: 'micro:hold_expired:hold_x' }),
      'transactions_follow',
    ],
    ['may not let one expire in part', expired(hold(due), { legs: giveBack('expire', 20).legs }), 'holds_given_back'],
    [
      'may not move another account by an expiry',
      expired(hold(due), {
        legs: 'c 50 pending, b -50 pending',
      }),
      'holds_remaining',
    ],
    [
      "may not move Micro's account by an expiry",
      expired(hold(due), {
        legs: 'sys_x 50 pending, b -50 pending',
      }),
      // It would hold less than nothing.
      'accounts_sums_check',
    ],
    [
      'may not let a hold of another book expire',
      (sql) => expired(hold(due), { owner: 'acct_b' })(sql),
      'entries_account',
    ],
    ['may reverse', steps(reversal(opposite)), 'done'],
    ['may not reverse twice', steps(reversal(opposite), reversal(opposite)), 'transactions_reversed_once'],
    ['may not reverse a part', steps(reversal('a 99, b -99')), 'transactions_opposite'],
    ['may not reverse more', steps(reversal('a 100, b -100, a -1, c 1')), 'transactions_opposite'],
    ['may not reverse on other accounts', steps(reversal('c 100, b -100')), 'transactions_opposite'],
    ['may not reverse a hold', steps(hold(), reversal('a 50, b -50', { parent: held })), 'transactions_follow'],
    [
      "may not reverse Micro's own",
      steps(reversal('sys_x 10, sys_y -10', { parent: 1n, reference: 'micro:r' })),
      'transactions_follow',
    ],
    [
      'may not reverse a reversal',
      steps(reversal(opposite), reversal('b 100, a -100', { parent: 5n })),
      'transactions_follow',
    ],
    ['may reverse what a capture posted', steps(hold(), capture(20), reversal('a 20, b -20', { parent: 6n })), 'done'],
    [
      'may not reverse what a capture took back',
      steps(hold(), capture(20), reversal('a -20 pending, b 20 pending', { parent: 6n })),
      'entries_balance',
    ],
    ['may hold down to what must stay', steps(hold({ legs: 'low -10 pending, b 10 pending' })), 'done'],
    ['may not hold more', steps(hold({ legs: 'low -11 pending, b 11 pending' })), 'accounts_min_available'],
    [
      'may not post what was held already',
      steps(hold({ legs: 'low -10 pending, b 10 pending' }), { legs: 'low -1, b 1' }),
      'accounts_min_available',
    ],
    ['may hold up to what there may be', steps(hold({ legs: 'b -10 pending, high 10 pending' })), 'done'],
    ['may not hold beyond', steps(hold({ legs: 'b -11 pending, high 11 pending' })), 'accounts_max_balance'],
    [
      'may not let two holds pass together what neither passes alone',
      steps(hold({ legs: 'b -6 pending, high 6 pending' }), hold({ legs: 'b -5 pending, high 5 pending' })),
      'accounts_max_balance',
    ],
    [
      'may not spend what is yet to come in',
      steps(hold({ legs: 'b -50 pending, low 50 pending' }), { legs: 'low -11, b 11' }),
      'accounts_min_available',
    ],
    ['may hold in two currencies', steps(twoCurrencies), 'done'],
    ['may capture one of them', steps(twoCurrencies, capture(5)), 'done'],
    [
      'may not capture one against the other',
      steps(twoCurrencies, { ...capture(5), currency: null, legs: 'a -5, f 5, a 5 pending, f -5 pending' }),
      'transactions_currencies',
    ],
    ['may not capture on a frozen account', frozen(capture(5)), 'entries_account'],
    ['may not hold on one', frozen(hold()), 'entries_account'],
    ['may release on one', frozen(giveBack('release', 50)), 'done'],
    ['may not close one on which something is held', closed, 'accounts_closed_at_zero'],
    ['may not hash another kind', steps(hold({ hashed: { kind: 'post' } })), 'transactions_content'],
    [
      'may not hash another time to expire',
      steps(hold({ ...due, hashed: { expiresAt: null } })),
      'transactions_content',
    ],
    [
      'may not hash another parent',
      steps(reversal(opposite, { hashed: { parent: { seq: 1n } } })),
      'transactions_content',
    ],
  ]
  for (const [name, work, want] of ways)
    test(name, async () => expect(await attempt(ledger.database.owner, work)).toBe(want))
})

const restrictViolation = '23001'
describe('nobody', () => {
  const status = (sql: Sql) => sql`update ledger.holds set status = 'open'`
  for (const [name, work] of [
    ['changes the status of a hold', status],
    ['makes one up', (sql: Sql) => sql`insert into ledger.holds values (1, 1, 1, 'open')`],
    ['deletes one', (sql: Sql) => sql`delete from ledger.holds`],
    ['empties them', (sql: Sql) => sql`truncate ledger.holds`],
    ['moves what is pending on an account', (sql: Sql) => sql`update ledger.accounts set pending_debits = 0`],
    ['moves an entry to another layer', (sql: Sql) => sql`update ledger.entries set layer = 'posted'`],
    ['changes a kind', (sql: Sql) => sql`update ledger.transactions set kind = 'post', parent = null`],
    ['changes when a hold expires', (sql: Sql) => sql`update ledger.transactions set expires_at = null`],
  ] as const)
    test(name, async () => {
      const done = async (sql: Sql): Promise<void> => void (await work(sql))
      expect(await attempt(ledger.database.owner, done)).toBe(restrictViolation)
      expect(await attempt(ledger.database.db, done)).toBe('42501')
    })
})

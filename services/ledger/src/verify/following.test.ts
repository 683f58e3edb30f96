/** Whatever a superuser does to holds and reversals behind the triggers is named at its place. */
import { createDatabase, type Database, type Sql } from '@micro/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { foundAfter } from '../testing/tampering.ts'
import { verifyLedger } from './verify.work.ts'

let ledger: Ledger
let superuser: Database
const who = merchant()

// 1 post, 2 its reversal, 3 hold, 4 captured in part, 5 released, 6 hold, 7 captured in the end, 8 hold, 9 expired, 10 open.
beforeAll(async () => {
  ledger = await startLedger()
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  for (const id of ['a', 'b', 'c']) await ledger.account(who, id)
  const entries = (amount: number) => move(amount, { from: 'a', to: 'b' })
  const { body } = await ledger.record(who, 'post', entries(7))
  await ledger.post(who, `/ledger/transactions/${String(body['id'])}/reverse`, {})
  const hold = async (reference_id: string, rest: object = {}) => {
    const made = await ledger.post(who, '/ledger/holds', { reference_id, entries: entries(50), ...rest })
    return `/ledger/holds/${String(made.body['id'])}`
  }
  const first = await hold('first')
  await ledger.post(who, `${first}/capture`, { amount: 20 })
  await ledger.post(who, `${first}/release`, {})
  await ledger.post(who, `${await hold('second')}/capture`, { amount: 30, final: true })
  const third = await hold('third', { expires_in: 60 })
  ledger.clock.advance(60_000)
  while ((await ledger.get(who, third)).body['status'] === 'open') await new Promise(setImmediate)
  await hold('fourth')
})
afterAll(async () => {
  await superuser.close()
  await ledger.close()
})

test('kinds of every sort, as they should be, are sound', async () => {
  for (const batchMax of [1, 3, 5_000])
    expect(await verifyLedger(ledger.database.db, { batchMax })).toMatchObject({ transactions: 10, findings: [] })
})

type Tampering = readonly [
  name: string,
  change: (sql: Sql) => Promise<unknown>,
  want: Readonly<Record<string, bigint | string>>,
]
const tamperings: readonly Tampering[] = [
  [
    'a pending sum changed',
    (sql) => sql`update ledger.accounts set pending_debits = pending_debits + 1 where public_id = 'a'`,
    { wrong_balance: 'a' },
  ],
  [
    'a pending sum made up for an account without entries',
    (sql) => sql`update ledger.accounts set pending_credits = 1 where public_id = 'c'`,
    { wrong_balance: 'c' },
  ],
  [
    'what was posted moved to the layer of holds',
    (sql) => sql`update ledger.entries set layer = 'pending' where seq = 1`,
    { wrong_layer: 1n, wrong_parent: 2n, broken_chain: 2n, wrong_balance: 'a' },
  ],
  [
    'a reversal made a plain post',
    (sql) => sql`update ledger.transactions set kind = 'post', parent = null where seq = 2`,
    { wrong_content: 2n },
  ],
  [
    'an expiry moved to another hold',
    (sql) => sql`update ledger.transactions set parent = 6 where seq = 9`,
    { wrong_parent: 9n, wrong_hold: 6n, wrong_content: 9n },
  ],
  [
    'a capture of more than was held',
    (sql) => sql`update ledger.entries set amount = amount * 2 where seq = 4`,
    { wrong_hold: 3n, broken_chain: 4n, wrong_balance: 'a', wrong_content: 4n },
  ],
  [
    'a capture that posts more than it takes back',
    (sql) => sql`update ledger.entries set amount = amount * 2 where seq = 4 and layer = 'posted'`,
    { wrong_parent: 4n, broken_chain: 4n, wrong_balance: 'a', wrong_content: 4n },
  ],
  [
    'a reversal of a part',
    (sql) => sql`update ledger.entries set amount = sign(amount) where seq = 2`,
    { wrong_parent: 2n, broken_chain: 2n, wrong_balance: 'a', wrong_content: 2n },
  ],
  ['a hold that opened anew', (sql) => sql`update ledger.holds set status = 'open' where seq = 6`, { wrong_hold: 6n }],
  [
    'another ending of a hold',
    (sql) => sql`update ledger.holds set status = 'captured' where seq in (3, 8)`,
    { wrong_hold: 3n },
  ],
  ['a forgotten hold', (sql) => sql`delete from ledger.holds where seq = 10`, { wrong_hold: 10n }],
  [
    'a hold that never was',
    (sql) => sql`insert into ledger.holds (lane, book, seq, status) select lane, id, 1, 'open' from ledger.books`,
    { orphan_hold: 1n },
  ],
  [
    'a hold that expires later than it did',
    (sql) => sql`update ledger.transactions set expires_at = expires_at + interval '1 day' where seq = 8`,
    { wrong_hold: 8n, wrong_parent: 9n, wrong_content: 8n },
  ],
  [
    'a minimum that only what is held passes',
    async (sql) => {
      await sql`alter table ledger.accounts drop constraint accounts_min_available`
      await sql`update ledger.accounts set min_available = -60 where public_id = 'b'`
    },
    { limit_passed: 'b' },
  ],
]
for (const [name, change, want] of tamperings)
  test(`${name} is found and named`, async () => {
    const found = await foundAfter(superuser, change)
    const places = found?.findings.map(({ problem, seq, account }) => [problem, seq ?? account])
    expect(Object.fromEntries(places ?? [])).toEqual(want)
    expect(found?.walked).toEqual(Object.keys(want).toSorted())
  })

test('none of this outlived its test', async () =>
  expect((await verifyLedger(ledger.database.db)).findings).toEqual([]))

/** What was changed about dates of effect and closed periods behind their triggers is named at its place. */
import { unixSeconds } from '@micro/kernel'
import { createDatabase, type Database, type Sql } from '@micro/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { foundAfter } from '../testing/tampering.ts'

let ledger: Ledger
let superuser: Database
const me = merchant()

// In each of two periods one transaction on time and one of an earlier date; then a late fact of Micro's.
beforeAll(async () => {
  ledger = await startLedger()
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  const start = unixSeconds(ledger.clock.now())
  for (const id of ['cash', 'sales']) await ledger.account(me, id)
  for (const period of [1, 2]) {
    await ledger.record(me, `now${period}`, move(5, { from: 'cash', to: 'sales' }))
    ledger.clock.advance(50_000)
    const earlier = { effective_at: unixSeconds(ledger.clock.now()) - 20 }
    await ledger.record(me, `earlier${period}`, move(7, { from: 'cash', to: 'sales' }), earlier)
    ledger.clock.advance(50_000)
    const closes_through = unixSeconds(ledger.clock.now()) - 10
    expect((await ledger.post(me, '/ledger/periods', { closes_through })).status).toBe(201)
  }
  const late = await ledger.post(payments, '/internal/transactions', {
    merchant: 'acct_a',
    mode: 'test',
    reference_id: 'micro:late',
    currency: 'usd',
    accounts: ['sys_x', 'sys_y'].map((id) => ({ id, name: id, type: 'asset' })),
    entries: move(1, { from: 'sys_x', to: 'sys_y' }),
    effective_at: start,
  })
  expect(late.status).toBe(201)
})
afterAll(async () => {
  await superuser.close()
  await ledger.close()
})

for (const [name, change, want] of [
  ['nothing', async () => {}, {}],
  [
    'a note that was removed',
    (sql) => sql`delete from ledger.shifted_entries where seq = 2 and leg = 1`,
    { wrong_shift: 2 },
  ],
  [
    'a note of another amount',
    (sql) => sql`update ledger.shifted_entries set amount = amount * 3 where seq = 4`,
    { wrong_shift: 4 },
  ],
  [
    'a note of another time',
    (sql) => sql`update ledger.shifted_entries set counts_at = counts_at + interval '1 second' where seq = 4`,
    { wrong_shift: 4 },
  ],
  [
    'a note of what counts when it was recorded',
    (sql) => sql`
      insert into ledger.shifted_entries
      select lane, book, account, seq, leg, now() + interval '1 year', amount from ledger.entries where seq = 3`,
    { wrong_shift: 3, wrong_totals: 4 },
  ],
  [
    'a late fact brought back into its closed period',
    (sql) => sql`update ledger.transactions set booked_at = null where seq = 5`,
    { wrong_booking: 5, wrong_shift: 5 },
  ],
  [
    'a transaction on time that is called late',
    (sql) => sql`update ledger.transactions set booked_at = created_at where seq = 3`,
    { wrong_booking: 3 },
  ],
  ['a period opened again', (sql) => sql`update ledger.books set closed_before = null`, { wrong_period: 4 }],
  [
    'the newest period removed',
    async (sql) => {
      await sql`delete from ledger.period_totals where period = 2`
      await sql`delete from ledger.periods where number = 2`
    },
    { wrong_period: 2 },
  ],
  ['the first period removed', (sql) => sql`delete from ledger.periods where number = 1`, { wrong_period: 4 }],
  [
    'the seq of a period moved',
    (sql) => sql`update ledger.periods set seq = 1 where number = 1`,
    { wrong_period: 1, wrong_booking: 2 },
  ],
  [
    'totals changed on both sides',
    (sql) => sql`update ledger.period_totals set debits = debits + 1, credits = credits + 1 where period = 1`,
    { wrong_totals: 2 },
  ],
] satisfies [string, (sql: Sql) => Promise<unknown>, Record<string, number>][])
  test(`${name} is found and named, by whoever verifies`, async () => {
    const found = await foundAfter(superuser, change, 2)
    const places = found?.findings.map(({ problem, seq = 0n }) => [problem, Number(seq)])
    expect(Object.fromEntries(places ?? [])).toEqual(want)
    expect(found?.walked).toEqual(Object.keys(want).toSorted())
  })

import type { LedgerAggregate, LedgerTrialBalance } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { reportHandlers } from './report.http.ts'

let ledger: Ledger
let start: number
const me = merchant()

// Ten dollars are put in and six of them spent, of which two are owed; an asset of three digits moves by itself.
beforeAll(async () => {
  ledger = await startLedger()
  start = unixSeconds(ledger.clock.now())
  await ledger.post(me, '/ledger/assets', { code: 'points', name: 'Points', scale: 3 })
  for (const [id, type, region, rest] of [
    ['bank:eu:one', 'asset', 'eu', {}],
    ['bank:us:one', 'asset', 'us', {}],
    ['owners', 'equity', undefined, {}],
    ['costs.rent', 'expense', 'eu', {}],
    ['owed', 'liability', '', {}],
    ['points_given', 'expense', undefined, { currency: 'points' }],
    ['points_owed', 'liability', undefined, { currency: 'points' }],
  ] as const) {
    const metadata = region === undefined ? {} : { region }
    const { status, body } = await ledger.post(me, '/ledger/accounts', {
      id,
      name: `The ${id}`,
      type,
      metadata,
      ...rest,
    })
    expect([status, body]).toEqual([201, body])
  }
  ledger.clock.advance(10_000)
  await ledger.record(me, 'in', [
    ...move(600, { from: 'bank:eu:one', to: 'owners' }),
    ...move(400, { from: 'bank:us:one', to: 'owners' }),
  ])
  ledger.clock.advance(10_000)
  await ledger.record(me, 'spent', [
    ...move(400, { from: 'costs.rent', to: 'bank:us:one' }),
    ...move(200, { from: 'costs.rent', to: 'owed' }),
  ])
  await ledger.record(me, 'points', move(5, { from: 'points_given', to: 'points_owed' }))
})
afterAll(() => ledger.close())

const times = (query: string) => query.replaceAll(/@(-?\d+)/g, (_, seconds) => String(start + Number(seconds)))
const get = async <T>(path: string, query: string): Promise<T> => {
  const { status, body } = await ledger.get(me, `/ledger/${path}?${times(query)}`)
  expect([status, body]).toEqual([200, body])
  return body as T
}
const trialBalance = (query: string) => get<LedgerTrialBalance>('trial_balance', query)
const aggregate = (query: string) => get<{ data: LedgerAggregate[]; has_more: boolean }>('aggregate', query)

describe('trial balance', () => {
  for (const [query, want, totals] of [
    [
      '',
      'points expense 5 0, points liability 0 5, usd asset 600 0, usd equity 0 1000, usd expense 600 0, usd liability 0 200',
      'points 5, usd 1200',
    ],
    ['currency=USD', 'usd asset 600 0, usd equity 0 1000, usd expense 600 0, usd liability 0 200', 'usd 1200'],
    ['currency=eur', '', ''],
    ['at=@10', 'usd asset 1000 0, usd equity 0 1000', 'usd 1000'],
    ['seq=1', 'usd asset 1000 0, usd equity 0 1000', 'usd 1000'],
    ['seq=0', '', ''],
    ['effective_at=@15', 'usd asset 1000 0, usd equity 0 1000', 'usd 1000'],
  ] as const)
    test(`?${query} → ${want || 'nothing'}`, async () => {
      const { rows, totals: sums, accounts } = await trialBalance(query)
      expect(rows.map((row) => `${row.currency} ${row.type} ${row.debits} ${row.credits}`).join(', ')).toBe(want)
      for (const { debits_str, credits_str } of sums) expect(debits_str).toBe(credits_str)
      expect(sums.map(({ currency, debits }) => `${currency} ${debits}`).join(', ')).toBe(totals)
      expect(accounts).toBeNull()
    })

  for (const [query, want, more = false] of [
    ['limit=100', 'bank:eu:one bank:us:one costs.rent owed owners points_given points_owed'],
    ['limit=2', 'bank:eu:one bank:us:one', true],
    ['limit=2&starting_after=costs.rent', 'owed owners', true],
    ['limit=2&ending_before=costs.rent', 'bank:eu:one bank:us:one'],
    ['limit=1&ending_before=costs.rent', 'bank:us:one', true],
    ['currency=points', 'points_given points_owed'],
  ] as const)
    test(`accounts=true&${query} → ${want}`, async () => {
      const { accounts } = await trialBalance(`accounts=true&${query}`)
      expect([accounts?.data.map(({ id }) => id).join(' '), accounts?.has_more]).toEqual([want, more])
    })

  test('what it says of an account and of a type', async () => {
    const { accounts, rows } = await trialBalance('accounts=true&currency=points')
    expect(accounts?.data[0]).toEqual({
      id: 'points_given',
      object: 'ledger.trial_balance_account',
      name: 'The points_given',
      type: 'expense',
      currency: 'points',
      scale: 3,
      debits: 5,
      debits_str: '5',
      credits: 0,
      credits_str: '0',
      balance: 5,
      balance_str: '5',
    })
    expect(rows[1]).toMatchObject({ type: 'liability', scale: 3, credits_str: '5', balance: 5 })
  })
})

describe('aggregate', () => {
  for (const [query, want, more = false] of [
    ['', 'points:expense 5, points:liability 5, usd:asset 600, usd:equity 1000, usd:expense 600, usd:liability 200'],
    ['group_by=currency', 'points:points 10, usd:usd 2400'],
    ['group_by=prefix&currency=usd', 'usd:bank 600, usd:costs 600, usd:owed 200, usd:owners 1000'],
    ['group_by=prefix&segments=2&id_prefix=bank', 'usd:bank:eu 600, usd:bank:us 0'],
    ['group_by=prefix&segments=16&id_prefix=bank:eu', 'usd:bank:eu:one 600'],
    ['group_by=metadata&metadata_key=region', 'points 10, usd 1000, usd: 200, usd:eu 1200, usd:us 0'],
    ['group_by=metadata&metadata_key=region&metadata[region]=eu', 'usd:eu 1200'],
    ['group_by=prefix&at=@10&type=asset', 'usd:bank 1000'],
    ['group_by=prefix&effective_at=@10&type=asset', 'usd:bank 1000'],
    ['group_by=type&status=frozen', ''],
    ['limit=2', 'points:expense 5, points:liability 5', true],
    ['limit=2&starting_after=points:liability', 'usd:asset 600, usd:equity 1000', true],
    ['limit=2&ending_before=usd:equity', 'points:liability 5, usd:asset 600', true],
    ['limit=9&ending_before=points:liability', 'points:expense 5'],
    ['group_by=metadata&metadata_key=region&limit=2&starting_after=usd', 'usd: 200, usd:eu 1200', true],
    ['group_by=metadata&metadata_key=region&limit=2&ending_before=usd:', 'points 10, usd 1000'],
  ] as const)
    test(`?${query} → ${want}`, async () => {
      const { data, has_more } = await aggregate(`limit=100&${query}`.replace(/limit=100&(.*limit)/, '$1'))
      expect([data.map(({ id, balance }) => `${id} ${balance}`).join(', '), has_more]).toEqual([want, more])
    })

  test('what it says of a group, whose accounts stand on both sides', async () => {
    const { data } = await aggregate('group_by=currency&currency=usd')
    expect(data).toEqual([
      {
        id: 'usd:usd',
        object: 'ledger.aggregate',
        group: 'usd',
        currency: 'usd',
        scale: 2,
        accounts: 5,
        debits: 1200,
        debits_str: '1200',
        credits: 1200,
        credits_str: '1200',
        balance: 2400,
        balance_str: '2400',
        net: 0,
        net_str: '0',
      },
    ])
  })
})

describe('refused', () => {
  for (const [query, want] of [
    ['trial_balance?seq=4', [400, 'parameter_invalid', 'seq']],
    ['trial_balance?seq=1&at=1', [400, 'parameter_invalid', 'at']],
    ['trial_balance?accounts=true&starting_after=a&ending_before=b', [400, 'parameter_invalid', 'ending_before']],
    ['aggregate?group_by=name', [400, 'parameter_invalid', 'group_by']],
    ['aggregate?group_by=metadata', [400, 'parameter_missing', 'metadata_key']],
    ['aggregate?metadata_key=x', [400, 'parameter_invalid', 'metadata_key']],
    ['aggregate?segments=2', [400, 'parameter_invalid', 'segments']],
    ['aggregate?group_by=prefix&segments=17', [400, 'parameter_invalid', 'segments']],
  ] as const)
    test(`${query} → ${want.join(' ')}`, async () => {
      const answer = await ledger.get(me, `/ledger/${query}`)
      expect([answer.status, errorOf(answer).code, errorOf(answer).param]).toEqual(want)
    })

  const inTurn = <T>(_: string, work: () => Promise<T>): Promise<T> => work()
  const call = { principal: me, query: {}, params: {}, body: {} } as never
  test('400 report_too_large: rows beyond the most a trial balance may have', async () => {
    const { retrieveLedgerTrialBalance: ask } = reportHandlers({ db: ledger.database.db, inTurn, rowsMax: 5 })
    await expect(ask(call)).rejects.toMatchObject({ code: 'report_too_large' })
    const { retrieveLedgerTrialBalance: enough } = reportHandlers({ db: ledger.database.db, inTurn, rowsMax: 6 })
    expect(await enough(call)).toMatchObject({ seq: 3 })
  })

  test('400 report_too_large: more than the database can add up in the time it is given', async () => {
    const blocked = ledger.database.owner.transaction(async (sql) => {
      await sql`lock table ledger.accounts in access exclusive mode`
      const { aggregateLedgerBalances: ask } = reportHandlers({ db: ledger.database.db, inTurn, timeoutMs: 50 })
      await expect(ask(call)).rejects.toMatchObject({ code: 'report_too_large' })
    })
    await blocked
  })
})

test("another merchant's or mode's accounts are in no report", async () => {
  for (const who of [merchant('acct_b'), merchant('acct_a', 'live')]) {
    expect((await ledger.get(who, '/ledger/trial_balance?accounts=true')).body).toMatchObject({
      rows: [],
      totals: [],
      accounts: { data: [] },
      seq: 0,
    })
    expect((await ledger.get(who, '/ledger/aggregate')).body['data']).toEqual([])
  }
})

import type { LedgerFlows } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { flowHandlers } from './flow.http.ts'

let ledger: Ledger
let start: number
const me = merchant()

// As payments are kept: two are charged with a fee, part of one is given back, and what is left is paid out.
beforeAll(async () => {
  ledger = await startLedger()
  start = unixSeconds(ledger.clock.now())
  await ledger.post(me, '/ledger/assets', { code: 'points', name: 'Points', scale: 3 })
  for (const [id, type, rest] of [
    ['receivable', 'asset', {}],
    ['merchant', 'liability', {}],
    ['fees', 'revenue', {}],
    ['payouts', 'liability', {}],
    ['points_given', 'expense', { currency: 'points' }],
    ['points_owed', 'liability', { currency: 'points' }],
  ] as const)
    await ledger.account(me, id, { type, ...rest })
  for (const [name, gross, fee] of [
    ['one', 1000, 59],
    ['two', 500, 45],
  ] as const)
    await ledger.record(me, name, [
      { account_id: 'receivable', amount: -gross },
      { account_id: 'merchant', amount: gross - fee },
      { account_id: 'fees', amount: fee },
    ])
  ledger.clock.advance(10_000)
  await ledger.record(me, 'back', move(200, { from: 'merchant', to: 'receivable' }))
  await ledger.record(me, 'out', move(1196, { from: 'merchant', to: 'payouts' }))
  await ledger.record(me, 'points', move(7, { from: 'points_given', to: 'points_owed' }))
  // What is only held moved nothing.
  await ledger.post(me, '/ledger/holds', { reference_id: 'held', entries: move(1, { from: 'receivable', to: 'fees' }) })
})
afterAll(() => ledger.close())

const flows = async (query: string, who = me): Promise<LedgerFlows> => {
  const text = query.replaceAll(/@(-?\d+)/g, (_, seconds) => String(start + Number(seconds)))
  const { status, body } = await ledger.get(who, `/ledger/flows?${text}`)
  expect([status, body]).toEqual([200, body])
  return body as unknown as LedgerFlows
}
const told = ({ data }: LedgerFlows): string =>
  data.map(({ from, to, amount, transactions }) => `${from}→${to} ${amount} ×${transactions}`).join(', ')

const usd = 'receivable→merchant 1396 ×2, merchant→payouts 1196 ×1, merchant→receivable 200 ×1, receivable→fees 104 ×2'
const points = 'points_given→points_owed 7 ×1'

describe('where money went', () => {
  for (const [query, want] of [
    ['', `${points}, ${usd}`],
    ['currency=USD', usd],
    ['currency=points', points],
    ['currency=eur', ''],
    ['currency=usd&recorded[lt]=@10', 'receivable→merchant 1396 ×2, receivable→fees 104 ×2'],
    ['currency=usd&recorded[gte]=@10', 'merchant→payouts 1196 ×1, merchant→receivable 200 ×1'],
    ['recorded[gte]=@11', ''],
    ['recorded[lt]=@-5', ''],
    ['currency=usd&limit=2', 'receivable→merchant 1396 ×2, merchant→payouts 1196 ×1, null→null 304 ×3'],
    ['currency=usd&group_by=type', 'asset→liability 1396 ×2, liability→asset 200 ×1, asset→revenue 104 ×2'],
  ] as const)
    test(`?${query} → ${want || 'nowhere'}`, async () => expect(told(await flows(query))).toBe(want))

  test('what it says, whose rows come to the totals', async () => {
    const { data, ...rest } = await flows('currency=points')
    expect(data).toEqual([
      {
        object: 'ledger.flow',
        from: 'points_given',
        to: 'points_owed',
        currency: 'points',
        scale: 3,
        amount: 7,
        amount_str: '7',
        transactions: 1,
      },
    ])
    expect(rest).toEqual({
      object: 'ledger.flows',
      from_seq: 1,
      to_seq: 6,
      totals: [{ currency: 'points', scale: 3, amount: 7, amount_str: '7' }],
      livemode: false,
    })
    const all = await flows('limit=1')
    expect(all.totals.map(({ currency, amount }) => [currency, amount])).toEqual([
      ['points', 7],
      ['usd', 2896],
    ])
  })

  test("another merchant's or mode's money is in none of it", async () => {
    for (const who of [merchant('acct_b'), merchant('acct_a', 'live')])
      expect(await flows('', who)).toMatchObject({ data: [], totals: [], from_seq: 1, to_seq: 0 })
  })
})

/** What of each debit lies over each credit, both laid end to end: each beside each. */
const laidOverEachOther = (entries: readonly { account_id: string; amount: number }[]): [string, number][] => {
  const laid = (sign: number) => {
    let end = 0
    return entries
      .filter(({ amount }) => amount * sign > 0)
      .map(({ account_id: id, amount }) => ({ id, begin: end, end: (end += amount * sign) }))
  }
  return laid(-1).flatMap((debit) =>
    laid(1).flatMap((credit): [string, number][] => {
      const length = Math.min(debit.end, credit.end) - Math.max(debit.begin, credit.begin)
      return length > 0 ? [[`${debit.id}→${credit.id}`, length]] : []
    }),
  )
}

test('whatever is posted, what flows from and to each account is what it was debited and credited', async () => {
  let count = 0
  const ids = ['a', 'b', 'c', 'd', 'e']
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 6,
      }),
      async (rows) => {
        const who = merchant(`acct_p${++count}`)
        for (const id of ids) await ledger.account(who, id, { type: 'equity' })
        const nets = new Map<string, number>()
        const pairs = new Map<string, number>()
        for (const [at, row] of rows.entries()) {
          // The last account takes what makes it balance.
          const amounts = [...row, -row.reduce((sum, each) => sum + each, 0)]
          const entries = amounts.flatMap((amount, place) =>
            amount === 0 ? [] : [{ account_id: ids[place] ?? '', amount }],
          )
          if (entries.length < 2) continue
          expect((await ledger.record(who, `t${at}`, entries)).status).toBe(201)
          for (const { account_id, amount } of entries) nets.set(account_id, (nets.get(account_id) ?? 0) + amount)
          for (const [pair, amount] of laidOverEachOther(entries)) pairs.set(pair, (pairs.get(pair) ?? 0) + amount)
        }
        const { data } = await flows('limit=100', who)
        for (const { amount } of data) expect(amount).toBeGreaterThan(0)
        const sum = (side: 'from' | 'to', id: string) =>
          data.reduce((all, flow) => (flow[side] === id ? all + (flow.amount ?? 0) : all), 0)
        expect(new Map(data.map(({ from, to, amount }) => [`${from}→${to}`, amount]))).toEqual(pairs)
        for (const id of ids) expect(sum('to', id) - sum('from', id)).toBe(nets.get(id) ?? 0)
      },
    ),
    { numRuns: 15 },
  )
})

describe('refused', () => {
  for (const [query, want] of [
    ['group_by=currency', [400, 'parameter_invalid', 'group_by']],
    ['limit=101', [400, 'parameter_invalid', 'limit']],
    ['recorded=soon', [400, 'parameter_invalid_integer', 'recorded']],
  ] as const)
    test(`?${query} → ${want.join(' ')}`, async () => {
      const answer = await ledger.get(me, `/ledger/flows?${query}`)
      expect([answer.status, errorOf(answer).code, errorOf(answer).param]).toEqual(want)
    })

  const inTurn = <T>(_: string, work: () => Promise<T>): Promise<T> => work()
  const call = { principal: me, query: {}, params: {}, body: {} } as never
  test('400 report_too_large: more transactions than are read at once', async () => {
    const ask = (transactionsMax: number) =>
      flowHandlers({ db: ledger.database.db, inTurn, transactionsMax }).aggregateLedgerFlows(call)
    await expect(ask(5)).rejects.toMatchObject({ code: 'report_too_large' })
    expect(await ask(6)).toMatchObject({ to_seq: 6 })
  })

  test('400 report_too_large: more than the database can read in the time it is given', async () => {
    const blocked = ledger.database.owner.transaction(async (sql) => {
      await sql`lock table ledger.entries in access exclusive mode`
      const { aggregateLedgerFlows: ask } = flowHandlers({ db: ledger.database.db, inTurn, timeoutMs: 50 })
      await expect(ask(call)).rejects.toMatchObject({ code: 'report_too_large' })
    })
    await blocked
  })
})

/** Whatever is asked of the past is what a fold over all entries says. */
import type { LedgerAggregate, LedgerBalanceSeries, LedgerStatement, LedgerTrialBalance } from '@micro/contracts'
import { seededRandom, type Seeded } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onNormalSide, normalBalanceOf } from '../accounts/account.ts'
import { expectSound, merchant, startLedger, type Ledger } from '../testing/ledger.ts'
import { isAt, netsAt, readNaively, type NaiveEntry, type NaivePoint } from '../testing/naive-book.ts'
import { accountTypes, fillAtRandom } from '../testing/random-book.ts'

const seed = Number(process.env['MICRO_POINTS_SEED'] ?? 7)
const who = 'acct_a'
const me = merchant(who)
const types = { ...accountTypes, sys_receivable: 'asset', sys_balance: 'liability' } as const
type Name = keyof typeof types
const names = Object.keys(types) as Name[]
const side = (name: string) => normalBalanceOf(types[name as Name])

let ledger: Ledger
let entries: readonly NaiveEntry[]
let random: Seeded
let range: { from: number; until: number }
beforeAll(async () => {
  ledger = await startLedger()
  random = seededRandom(seed)
  range = await fillAtRandom(ledger, random, { who, steps: 250 })
  // Another book with the same names, of which nothing may show.
  await fillAtRandom(ledger, random, { who: 'acct_other', steps: 20 })
  entries = await readNaively(ledger.database.owner, who)
}, 180_000)
afterAll(async () => {
  await expectSound(ledger)
  await ledger.close()
})

const second = (): number => random.between(range.from - 70, range.until + 30)
const maybe = <T>(make: () => T): T | undefined => (random.chance(0.5) ? make() : undefined)
const somePoint = (): NaivePoint => ({
  ...random.pick([{}, { seq: random.between(0, Number(entries.at(-1)?.seq)) }, { at: second() }]),
  ...(random.chance(0.6) ? { effective_at: second() } : {}),
})
const queryOf = (query: object): string =>
  new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString()
const get = async <T>(path: string, query: object): Promise<T> => {
  const { status, body } = await ledger.get(me, `${path}?${queryOf(query)}`)
  expect([status, query, body]).toEqual([200, query, body])
  return body as T
}

test('the book holds what makes it hard: transactions of all kinds, several periods', async () => {
  const shifted = entries.filter(({ createdAt, countsAt }) => createdAt.getTime() !== countsAt.getTime())
  expect(shifted.length).toBeGreaterThan(50)
  const periods = (await ledger.get(me, '/ledger/periods?limit=100')).body['data'] as object[]
  const late = await ledger.database.owner.sql`select from ledger.transactions where booked_at is not null`
  expect([periods.length > 1, late.length > 1]).toEqual([true, true])
  expect(entries.filter(({ layer }) => layer === 'pending').length).toBeGreaterThan(10)
})

test(`a balance at any seq, instant and effective date is the fold of the entries (seed ${seed})`, async () => {
  for (let round = 0; round < 150; round++) {
    const [account, point] = [random.pick(names), somePoint()]
    const net = netsAt(entries, point).get(account) ?? 0n
    const balance = await get<Record<string, unknown>>(`/ledger/accounts/${account}/balance`, point)
    const held = netsAt(entries, point, 'pending').get(account) ?? 0n
    const want = {
      net_str: String(net),
      balance_str: String(onNormalSide(net, side(account))),
      pending_str: point.effective_at === undefined ? String(onNormalSide(held, side(account))) : null,
    }
    expect([point, balance]).toEqual([point, { ...balance, ...want }])
  }
})

test('balances at any moments, in any order and more than once, are the fold of the entries', async () => {
  for (let round = 0; round < 40; round++) {
    const [account, by] = [random.pick(names), random.pick(['recorded', 'effective'] as const)]
    const seconds = Array.from({ length: random.between(1, 12) }, () =>
      random.chance(0.1) ? random.pick([0, 253_402_300_799, range.from]) : second(),
    )
    const asked = { by, ...Object.fromEntries(seconds.map((at, place) => [`at[${place}]`, at])) }
    const { data } = await get<LedgerBalanceSeries>(`/ledger/accounts/${account}/balances`, asked)
    const want = seconds.map((at) => {
      const net = netsAt(entries, by === 'effective' ? { effective_at: at } : { at }).get(account) ?? 0n
      return [at, String(onNormalSide(net, side(account)))]
    })
    expect([by, data.map(({ at, balance_str }) => [at, balance_str])]).toEqual([by, want])
  }
})

test('a trial balance at any point is the fold of the entries, and debits equal credits', async () => {
  for (let round = 0; round < 40; round++) {
    const point = somePoint()
    const nets = [...netsAt(entries, point)]
    const trial = await get<LedgerTrialBalance>('/ledger/trial_balance', { ...point, accounts: true, limit: 100 })
    const sum = (type: string, sign: bigint): bigint =>
      nets.reduce(
        (total, [name, net]) => (types[name as Name] === type && net * sign > 0n ? total + net * sign : total),
        0n,
      )
    const want = [...new Set(Object.values(types))]
      .toSorted()
      .map((type) => [type, String(sum(type, -1n)), String(sum(type, 1n))])
      .filter(([, debits, credits]) => debits !== '0' || credits !== '0')
    expect(trial.rows.map((row) => [row.type, row.debits_str, row.credits_str])).toEqual(want)
    for (const { debits_str, credits_str } of trial.totals) expect(debits_str).toBe(credits_str)
    expect(trial.accounts?.data.map(({ id, balance_str }) => [id, balance_str])).toEqual(
      names.toSorted().map((id) => [id, String(onNormalSide(netsAt(entries, point).get(id) ?? 0n, side(id)))]),
    )
  }
})

test('an aggregate at any point is the fold of the entries', async () => {
  for (let round = 0; round < 20; round++) {
    const point = somePoint()
    const nets = netsAt(entries, point)
    const { data } = await get<{ data: LedgerAggregate[] }>('/ledger/aggregate', { ...point, group_by: 'prefix' })
    const groups = Map.groupBy(names, (name) => name.split(/[:._]/)[0] ?? '')
    expect(data.map(({ group, net_str, accounts }) => [group, net_str, accounts])).toEqual(
      [...groups.keys()].toSorted().map((group) => {
        const members = groups.get(group) ?? []
        return [group, String(members.reduce((sum, each) => sum + (nets.get(each) ?? 0n), 0n)), members.length]
      }),
    )
  }
})

describe('a statement, walked in pages of any size either way, tells each entry once with the balance after it', () => {
  const byTime = (order: 'recorded' | 'effective') => (a: NaiveEntry, b: NaiveEntry) =>
    (order === 'recorded' ? 0 : a.countsAt.getTime() - b.countsAt.getTime()) || Number(a.seq - b.seq) || a.leg - b.leg

  const walk = async (account: string, query: object, way: 'starting_after' | 'ending_before') => {
    const pages: LedgerStatement[] = []
    let cursor: object = {}
    if (way === 'ending_before') {
      // Backwards from the last line, which is looked up first.
      const last = (await walk(account, query, 'starting_after')).flatMap(({ data }) => data).at(-1)
      if (last === undefined) return []
      cursor = { ending_before: last.id }
    }
    for (;;) {
      const limit = random.between(1, 9)
      const page = await get<LedgerStatement>(`/ledger/accounts/${account}/statement`, { ...query, ...cursor, limit })
      if (way === 'starting_after') pages.push(page)
      else pages.unshift(page)
      const edge = way === 'starting_after' ? page.data.at(-1) : page.data[0]
      if (!page.has_more || edge === undefined) return pages
      cursor = { [way]: edge.id }
    }
  }

  for (const [layer, order] of [
    ['posted', 'recorded'],
    ['posted', 'effective'],
    ['pending', 'recorded'],
  ] as const)
    for (const way of ['starting_after', 'ending_before'] as const)
      test(`${layer} as ${order}, ${way}`, async () => {
        for (let round = 0; round < 6; round++) {
          const account = layer === 'pending' ? random.pick(['cash:one', 'owed.one'] as const) : random.pick(names)
          const [from, until] = [maybe(second), maybe(second)]
          const known = random.pick([{}, { seq: random.between(0, Number(entries.at(-1)?.seq)) }])
          const name = order === 'recorded' ? 'created' : 'effective_at'
          const bound = order === 'recorded' ? 'at' : 'effective_at'
          const query = {
            ...known,
            layer,
            ...(from === undefined ? {} : { [`${name}[gte]`]: from }),
            ...(until === undefined ? {} : { [`${name}[lte]`]: until }),
            // Without a bound an order has to be asked for.
            ...(from === undefined && until === undefined && order === 'effective' ? { 'effective_at[gte]': 0 } : {}),
          }
          const mine = entries.filter((entry) => entry.account === account && entry.layer === layer).filter(isAt(known))
          const before = from === undefined ? [] : mine.filter(isAt({ [bound]: from - 1 }))
          const within = mine
            .filter((entry) => !before.includes(entry) && (until === undefined || isAt({ [bound]: until })(entry)))
            .toSorted(byTime(order))
          const sum = (some: readonly NaiveEntry[]) => some.reduce((total, { amount }) => total + amount, 0n)
          const told = (net: bigint) => String(onNormalSide(net, side(account)))
          const want = within.map((entry, at) => [
            entry.id,
            String(entry.amount),
            told(sum(before) + sum(within.slice(0, at + 1))),
          ])
          const pages = await walk(account, query, way)
          const lines = pages.flatMap(({ data }) =>
            data.map((line) => [line.id, line.amount_str, line.balance_after_str]),
          )
          expect([query, lines]).toEqual([query, way === 'starting_after' ? want : want.slice(0, -1)])
          for (const page of pages)
            expect([page.order, page.opening_balance_str, page.closing_balance_str]).toEqual([
              order,
              told(sum(before)),
              told(sum(before) + sum(within)),
            ])
        }
      })
})

test('balances up to the end of a closed period never change after it was closed', async () => {
  const periods = (await ledger.get(me, '/ledger/periods?limit=100')).body['data'] as {
    id: string
    seq: number
    closes_through: number
  }[]
  for (const { id, seq, closes_through } of periods) {
    const then = netsAt(entries, { seq, effective_at: closes_through })
    for (const effective_at of [closes_through, closes_through - 1, closes_through - 30]) {
      const now = await get<LedgerTrialBalance>('/ledger/trial_balance', { effective_at })
      expect(now.rows).toEqual((await get<LedgerTrialBalance>('/ledger/trial_balance', { effective_at, seq })).rows)
    }
    expect(netsAt(entries, { effective_at: closes_through })).toEqual(then)
    const { totals } = await get<{ totals: unknown }>(`/ledger/periods/${id}`, {})
    expect(totals).toEqual(
      (await get<LedgerTrialBalance>('/ledger/trial_balance', { effective_at: closes_through })).rows,
    )
  }
})

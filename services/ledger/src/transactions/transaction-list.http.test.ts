import { unixSeconds } from '@micro/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
let start: number
const me = merchant()
const ids = new Map<string, string>()

// t1 to t6, ten seconds apart; the even ones touch account b, twice.
beforeAll(async () => {
  ledger = await startLedger()
  start = unixSeconds(ledger.clock.now())
  for (const id of ['a', 'b', 'c', 'idle']) await ledger.account(me, id)
  for (const at of [1, 2, 3, 4, 5, 6]) {
    ledger.clock.advance(10_000)
    const to = at % 2 === 0 ? 'b' : 'c'
    const entries = [...move(at, { from: 'a', to }), ...move(1, { from: 'a', to })]
    ids.set(`t${at}`, String((await ledger.record(me, `t${at}`, entries)).body['id']))
  }
})
afterAll(() => ledger.close())

const withIds = (query: string) =>
  query
    .replaceAll(/\bt\d\b(?=$|&)/g, (name) => (query.includes('reference') ? name : (ids.get(name) ?? name)))
    .replaceAll(/@(\d+)/g, (_, seconds) => String(start + Number(seconds)))
const list = (query: string, who = me) => ledger.get(who, `/ledger/transactions?${withIds(query)}`)

describe('pages and filters', () => {
  for (const [query, want, more = false] of [
    ['', 't6 t5 t4 t3 t2 t1'],
    ['limit=2', 't6 t5', true],
    ['limit=2&starting_after=t5', 't4 t3', true],
    ['limit=4&starting_after=t5', 't4 t3 t2 t1'],
    ['limit=2&ending_before=t3', 't5 t4', true],
    ['limit=3&ending_before=t3', 't6 t5 t4'],
    ['ending_before=t6', ''],
    ['starting_after=t1', ''],
    ['account_id=b', 't6 t4 t2'],
    ['account_id=b&limit=1', 't6', true],
    ['account_id=b&limit=1&starting_after=t6', 't4', true],
    ['account_id=b&starting_after=t5', 't4 t2'],
    ['account_id=b&limit=1&ending_before=t2', 't4', true],
    ['account_id=idle', ''],
    ['created=@30', 't3'],
    ['created=@31', ''],
    ['created[gt]=@30', 't6 t5 t4'],
    ['created[gte]=@30', 't6 t5 t4 t3'],
    ['created[lt]=@30', 't2 t1'],
    ['created[lte]=@30', 't3 t2 t1'],
    ['created[gt]=@10&created[lt]=@50', 't4 t3 t2'],
    ['created[gt]=@50&created[lt]=@10', ''],
    ['created[gte]=@20&account_id=b&limit=1&starting_after=t4', 't2'],
    ['created[gte]=@30&ending_before=t1', 't6 t5 t4 t3'],
    ['created[gt]=9000000000000000', ''],
    ['created[gt]=-5', 't6 t5 t4 t3 t2 t1'],
    ['reference_id=t3', 't3'],
    ['reference_id=t3&account_id=c', 't3'],
    ['reference_id=t3&account_id=b', ''],
    ['reference_id=t3&created[gt]=@30', ''],
    ['reference_id=none', ''],
  ] as const)
    test(`transactions?${query} → ${want || 'none'}`, async () => {
      const { status, body } = await list(query)
      const references = (body['data'] as { reference_id: string }[]).map(({ reference_id }) => reference_id)
      expect([status, references.join(' '), body['has_more']]).toEqual([200, want, more])
    })
})

test('a list shows the same transaction as a single look', async () => {
  const { body } = await list('limit=1')
  expect(body['data']).toEqual([(await ledger.get(me, `/ledger/transactions/${ids.get('t6')}`)).body])
})

describe('refused', () => {
  for (const [query, want] of [
    ['starting_after=t1&ending_before=t2', [400, 'parameter_invalid', 'ending_before']],
    ['starting_after=ltx_none', [400, 'resource_missing', 'starting_after']],
    ['account_id=none', [400, 'resource_missing', 'account_id']],
    ['created=yesterday', [400, 'parameter_invalid_integer', 'created']],
    ['created=1e9', [400, 'parameter_invalid_integer', 'created']],
    ['limit=1000', [400, 'parameter_invalid', 'limit']],
  ] as const)
    test(`transactions?${query}`, async () => {
      const { status, ...answer } = await list(query)
      expect([status, errorOf(answer).code, errorOf(answer).param]).toEqual(want)
    })
})

test('a merchant without a book has an empty list', async () => {
  expect((await list('created[gt]=5', merchant('acct_new'))).body).toMatchObject({ data: [], has_more: false })
})

describe('pages of heavy transactions are cut short, say so, and lose none', () => {
  const heavy = merchant('acct_heavy')
  let oldest: string
  beforeAll(async () => {
    for (const id of ['a', 'b']) await ledger.account(heavy, id)
    for (let at = 1; at <= 8; at++) {
      const entries = Array.from({ length: 500 }, () => move(1, { from: 'a', to: 'b' })).flat()
      const { body } = await ledger.record(heavy, `h${at}`, entries)
      if (at === 1) oldest = String(body['id'])
    }
  })

  /** Every page from a first query on: how many each held, and all references. */
  const walk = async (from: string, next: 'starting_after' | 'ending_before') => {
    const pages: number[] = []
    const seen: string[] = []
    for (let query = from, more = true; more;) {
      const { body } = await list(query, heavy)
      const data = body['data'] as { id: string; reference_id: string }[]
      pages.push(data.length)
      seen.push(...data.map(({ reference_id }) => reference_id))
      more = body['has_more'] === true
      query = `limit=8&${next}=${(next === 'starting_after' ? data.at(-1) : data[0])?.id}`
    }
    return { pages, seen: seen.toSorted() }
  }
  const all = Array.from({ length: 8 }, (_, at) => `h${at + 1}`)
  test('walked to the older ones', async () =>
    expect(await walk('limit=8', 'starting_after')).toEqual({ pages: [5, 3], seen: all }))
  test('walked to the newer ones', async () =>
    expect(await walk(`limit=8&ending_before=${oldest}`, 'ending_before')).toEqual({
      pages: [5, 2],
      seen: all.slice(1),
    }))
})

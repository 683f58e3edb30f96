import type { BulkResult, LedgerBulk, MerchantPrincipal, NewEntry } from '@micro/contracts'
import { PassThrough } from 'node:stream'
import { eventually } from '@micro/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, startLedger, tally, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const url = '/ledger/transactions/bulk'
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))
const between = (amount: number | string): NewEntry[] => move(amount, { from: 'a', to: 'b' })
const item = (reference_id: string, rest: object = {}) => ({ reference_id, entries: between(5), ...rest })

let merchants = 0
const opened = async (): Promise<MerchantPrincipal> => {
  const who = merchant(`acct_bulk_${merchants++}`)
  for (const id of ['a', 'b']) await ledger.account(who, id)
  return who
}
const bulk = async (who: MerchantPrincipal, transactions: readonly unknown[], rest: object = {}) => {
  const answer = await ledger.post(who, url, { transactions, ...rest })
  return { ...answer, bulk: answer.body as unknown as LedgerBulk }
}
const statuses = ({ results }: LedgerBulk) => results.map(({ status }) => status)
const errorsOf = ({ results }: LedgerBulk) =>
  results.flatMap(({ index, error }) => (error === undefined ? [] : [[index, error.code, error.param]]))
const balanceOf = async (who: MerchantPrincipal, id: string) =>
  (await ledger.get(who, `/ledger/accounts/${id}`)).body['net_str']
const recordedOf = async (who: MerchantPrincipal) =>
  ((await ledger.get(who, '/ledger/transactions?limit=100')).body['data'] as { reference_id: string }[])
    .map((each) => each.reference_id)
    .toReversed()

describe('by themselves', () => {
  test('all are recorded in their order, and each result is the transaction as it is retrieved', async () => {
    const who = await opened()
    const { status, bulk: answer } = await bulk(
      who,
      times(30, (at) => item(`r${at}`)),
    )
    expect([status, answer.counts]).toEqual([200, { recorded: 30, exists: 0, refused: 0, not_recorded: 0, failed: 0 }])
    expect(answer.results.map(({ index, seq }) => [index, seq])).toEqual(times(30, (at) => [at, at + 1]))
    const { id, transaction } = answer.results[7] as BulkResult
    expect(transaction).toEqual((await ledger.get(who, `/ledger/transactions/${id}`)).body)
  })

  test('what is wrong fails alone, is named by its place, and the others stand', async () => {
    const who = await opened()
    const poor = { id: 'poor', name: 'Poor', type: 'liability', min_available: 0 }
    await ledger.post(who, '/ledger/accounts', poor)
    await ledger.record(who, 'taken', between(1))
    const { status, bulk: answer } = await bulk(who, [
      item('good'),
      item('fraction', {
        entries: [
          { account_id: 'a', amount: 1.5 },
          { account_id: 'b', amount: -1 },
        ],
      }),
      item('unbalanced', {
        entries: [
          { account_id: 'a', amount: 2 },
          { account_id: 'b', amount: -1 },
        ],
      }),
      item('unknown', { entries: move(1, { from: 'a', to: 'nowhere' }) }),
      item('surprise', { surprise: 1 }),
      item('taken'),
      item('micro:mine'),
      item('system', { entries: move(1, { from: 'a', to: 'sys_cash' }) }),
      item('overdraft', { entries: move(1, { from: 'poor', to: 'a' }) }),
      item('card', { description: 'card 4242424242424242' }),
      item('exempt', { metadata: { amount: '4242424242424242' } }),
      item('dry', { dry_run: true }),
      { entries: between(1) },
      null,
      [],
      'text',
      item('last'),
    ])
    expect(status).toBe(200)
    expect(errorsOf(answer)).toEqual([
      [1, 'parameter_invalid', 'transactions[1][entries][0][amount]'],
      [2, 'transaction_unbalanced', 'transactions[2][entries]'],
      [3, 'resource_missing', 'transactions[3][entries][0][account_id]'],
      [4, 'parameter_unknown', 'transactions[4][surprise]'],
      [5, 'reference_conflict', 'transactions[5][reference_id]'],
      [6, 'reference_reserved', 'transactions[6][reference_id]'],
      [7, 'account_reserved', 'transactions[7][entries][0][account_id]'],
      [8, 'insufficient_funds', 'transactions[8][entries][1][account_id]'],
      [9, 'card_number_refused', 'transactions[9][description]'],
      [10, 'card_number_refused', 'transactions[10][metadata][amount]'],
      [11, 'parameter_unknown', 'transactions[11][dry_run]'],
      [12, 'parameter_missing', 'transactions[12][reference_id]'],
      [13, 'parameter_invalid', 'transactions[13]'],
      [14, 'parameter_invalid', 'transactions[14]'],
      [15, 'parameter_invalid', 'transactions[15]'],
    ])
    expect(answer.counts).toMatchObject({ recorded: 2, refused: 15 })
    expect(answer.results[1]?.error?.message).toContain('transactions[1][entries][0][amount]')
    expect(await recordedOf(who)).toEqual(['taken', 'good', 'last'])
  })

  test('each stands on what those before it left', async () => {
    const who = await opened()
    await ledger.post(who, '/ledger/accounts', { id: 'purse', name: 'Purse', type: 'liability', min_available: 0 })
    const spend = (reference: string, amount: number) =>
      item(reference, { entries: move(amount, { from: 'purse', to: 'a' }) })
    const { bulk: answer } = await bulk(who, [
      spend('too early', 1),
      item('fill', { entries: move(10, { from: 'a', to: 'purse' }) }),
      spend('most', 7),
      spend('too much', 4),
      spend('the rest', 3),
    ])
    expect(statuses(answer)).toEqual(['refused', 'recorded', 'recorded', 'refused', 'recorded'])
    expect(await balanceOf(who, 'purse')).toBe('0')
  })

  test('sent again, in whole or in part, everything that is recorded exists', async () => {
    const who = await opened()
    const first = times(20, (at) => item(`r${at}`))
    const [one, two] = [await bulk(who, first), await bulk(who, [...first, item('new')])]
    expect(two.bulk.counts).toMatchObject({ recorded: 1, exists: 20 })
    expect(two.bulk.results.slice(0, 20).map(({ transaction }) => transaction)).toEqual(
      one.bulk.results.map(({ transaction }) => transaction),
    )
  })

  test('duplicates inside of one bulk are recognised, with the same content and with other', async () => {
    const who = await opened()
    const { bulk: answer } = await bulk(who, [
      item('one'),
      item('one'),
      item('one', { entries: between(6) }),
      item('two'),
    ])
    expect(statuses(answer)).toEqual(['recorded', 'exists', 'refused', 'recorded'])
    expect(errorsOf(answer)).toEqual([[2, 'reference_conflict', 'transactions[2][reference_id]']])
    expect(await balanceOf(who, 'b')).toBe('10')
  })

  test('the same bulk many times at once records each transaction once', async () => {
    const who = await opened()
    const transactions = times(50, (at) => item(`r${at}`))
    const answers = await Promise.all(times(8, () => bulk(who, transactions)))
    const done = answers.filter(({ status }) => status === 200)
    expect(tally(answers)[503] ?? 0).toBe(8 - done.length)
    expect(done.reduce((sum, { bulk: each }) => sum + each.counts.recorded, 0)).toBe(50)
    expect(await balanceOf(who, 'b')).toBe('250')
  })
})

describe('in groups', () => {
  test('a group is recorded all or not at all, and does not touch the others', async () => {
    const who = await opened()
    const { bulk: answer } = await bulk(who, [
      item('a1', { group: 'a' }),
      item('b1', { group: 'b' }),
      item('alone'),
      item('a2', { group: 'a', entries: move(1, { from: 'a', to: 'nowhere' }) }),
      item('b2', { group: 'b' }),
      item('a3', { group: 'a' }),
      item('c1', { group: 'c', entries: [] }),
      item('c2', { group: 'c' }),
    ])
    expect(statuses(answer)).toEqual([
      'not_recorded',
      'recorded',
      'recorded',
      'refused',
      'recorded',
      'not_recorded',
      'refused',
      'not_recorded',
    ])
    expect(
      answer.results.flatMap(({ index, because_of: other }) => (other === undefined ? [] : [[index, other]])),
    ).toEqual([
      [0, 3],
      [5, 3],
      [7, 6],
    ])
    expect(await recordedOf(who)).toEqual(['b1', 'b2', 'alone'])
  })

  test('what a group moved before it was refused is no longer there for whatever comes after it', async () => {
    const who = await opened()
    await ledger.post(who, '/ledger/accounts', { id: 'purse', name: 'Purse', type: 'liability', min_available: 0 })
    const { bulk: answer } = await bulk(who, [
      item('fill', { group: 'g', entries: move(10, { from: 'a', to: 'purse' }) }),
      item('fail', { group: 'g', entries: move(1, { from: 'a', to: 'nowhere' }) }),
      item('spend', { entries: move(1, { from: 'purse', to: 'a' }) }),
      item('fill', { entries: between(1) }),
    ])
    expect(statuses(answer)).toEqual(['not_recorded', 'refused', 'refused', 'recorded'])
  })
})

describe('atomic', () => {
  test('all are recorded, or the answer is what is wrong with the first that cannot be, and none is', async () => {
    const who = await opened()
    const good = times(10, (at) => item(`r${at}`))
    for (const [wrong, want] of [
      [item('x', { entries: move(1, { from: 'a', to: 'nowhere' }) }), [400, 'transactions[4][entries][0][account_id]']],
      [item('x', { entries: [] }), [400, 'transactions[4][entries]']],
      [item('r2', { entries: between(6) }), [409, 'transactions[4][reference_id]']],
    ] as const) {
      const answer = await bulk(who, good.with(4, wrong), { atomic: true })
      expect([answer.status, errorOf(answer).param]).toEqual(want)
      expect(await recordedOf(who)).toEqual([])
    }
    const { status, bulk: answer } = await bulk(who, good, { atomic: true })
    expect([status, answer.atomic, answer.counts.recorded]).toEqual([200, true, 10])
    expect((await bulk(who, [...good, item('more')], { atomic: true })).bulk.counts).toMatchObject({
      recorded: 1,
      exists: 10,
    })
  })
})

describe('as NDJSON', () => {
  const lines = async (who: MerchantPrincipal, text: string, query = '') => {
    const headers = { 'content-type': 'application/x-ndjson' }
    const answer = await ledger.call(who, { method: 'POST', url: url + query, headers, body: text })
    return { ...answer, bulk: answer.body as unknown as LedgerBulk }
  }
  const text = (items: readonly object[]) => items.map((each) => JSON.stringify(each)).join('\n')

  test('each line is a transaction, empty ones are passed over, and results name the line', async () => {
    const who = await opened()
    const { status, bulk: answer } = await lines(
      who,
      `\n${text([item('one'), item('two', { entries: [] })])}\r\n\n${text([item('three')])}\n`,
    )
    expect(status).toBe(200)
    expect(answer.results.map((each) => [each.index, each.line, each.status, each.error?.param])).toEqual([
      [0, 2, 'recorded', undefined],
      [1, 3, 'refused', 'line[3][entries]'],
      [2, 5, 'recorded', undefined],
    ])
  })

  test('atomic and results are told in the query', async () => {
    const who = await opened()
    const refused = await lines(who, text([item('one'), item('two', { entries: [] })]), '?atomic=true')
    expect([refused.status, errorOf(refused).param]).toEqual([400, 'line[2][entries]'])
    const { bulk: answer } = await lines(who, text([item('one')]), '?atomic=true&results=summary')
    expect(answer).toMatchObject({ atomic: true, results: [{ status: 'recorded', seq: 1, reference_id: 'one' }] })
    expect(answer.results[0]?.transaction).toBeUndefined()
  })

  for (const [name, broken] of [
    ['a line that is no JSON', '{"reference_id":'],
    ['a line that is no object', '17'],
    ['a line of two objects', '{} {}'],
  ])
    test(`${name} is refused by its number, with all the rest`, async () => {
      const who = await opened()
      const answer = await lines(who, `${text([item('one')])}\n\n${broken}\n${text([item('two')])}`)
      expect([answer.status, errorOf(answer).code, errorOf(answer).message]).toEqual([
        400,
        'body_invalid',
        expect.stringContaining('line 3'),
      ])
      expect(await recordedOf(who)).toEqual([])
    })
})

describe('bounds', () => {
  test('8,000 transactions are taken in one request, one more is not, nor none', async () => {
    const who = await opened()
    const many = times(8_001, (at) => item(`r${at}`))
    for (const wrong of [many, []]) {
      const refused = await bulk(who, wrong)
      expect([refused.status, errorOf(refused).param]).toEqual([400, 'transactions'])
    }
    const { status, bulk: answer } = await bulk(who, many.slice(1), { results: 'summary' })
    expect([status, answer.counts.recorded, answer.results.length]).toEqual([200, 8_000, 8_000])
    expect(await balanceOf(who, 'b')).toBe('40000')
  })

  test('8,000 are recorded all or none in one database transaction', async () => {
    const who = await opened()
    const { status, bulk: answer } = await bulk(
      who,
      times(8_000, (at) => item(`r${at}`)),
      {
        atomic: true,
        results: 'summary',
      },
    )
    expect([status, answer.counts.recorded]).toEqual([200, 8_000])
    const commits = await ledger.database.owner.sql`
      select distinct t.xmin::text from ledger.transactions t join ledger.books b on b.lane = t.lane and b.id = t.book
      where b.merchant = ${who.merchant}`
    expect(commits).toHaveLength(1)
  })

  test('a bulk of more entries than are written or told at once is refused, and one of as many is not', async () => {
    const who = await opened()
    const large = (count: number) => {
      const entry = [
        { account_id: 'a', amount: -1 },
        { account_id: 'b', amount: 1 },
      ]
      return { entries: times(count, (at) => entry[at % 2]) }
    }
    const most = times(40, (at) => item(`large-${at}`, large(1_000)))
    const refused = await bulk(who, [...most, item('one more')])
    expect([refused.status, errorOf(refused).param]).toEqual([400, 'transactions'])
    expect((await bulk(who, most, { results: 'summary' })).bulk.counts.recorded).toBe(40)
  })

  test('of a fifth body at a time nothing is read until another has left', async () => {
    const who = await opened()
    const slow = () => {
      const body = new PassThrough()
      body.write('{"transactions":[')
      return { body, answer: ledger.call(who, { method: 'POST', url, body }) }
    }
    const arriving = times(4, slow)
    await eventually(async () => {
      const answer = await bulk(who, [item('fifth')])
      return answer.status === 503
    })
    for (const { body } of arriving) body.end('')
    expect((await Promise.all(arriving.map(({ answer }) => answer))).map(({ status }) => status)).toEqual([
      400, 400, 400, 400,
    ])
    expect((await bulk(who, [item('sixth')])).status).toBe(200)
  })

  test('a body and a query that say different things are refused', async () => {
    const who = await opened()
    const answer = await ledger.post(who, `${url}?atomic=true`, { transactions: [item('one')], atomic: false })
    expect([answer.status, errorOf(answer).param]).toEqual([400, 'atomic'])
  })

  test('a third bulk of one book at the same time is told to wait; nothing of it is recorded', async () => {
    const who = await opened()
    const answers = await Promise.all(
      times(3, (nth) =>
        bulk(
          who,
          times(200, (at) => item(`${nth}-${at}`)),
          { results: 'summary' },
        ),
      ),
    )
    expect(tally(answers)).toEqual({ 200: 2, 503: 1 })
    const [busy] = answers.filter(({ status }) => status === 503)
    expect(errorOf(busy!).code).toBe('ledger_busy')
    expect(await balanceOf(who, 'b')).toBe('2000')
  })
})

test("another merchant's accounts are no one's to move, in a bulk neither", async () => {
  const [owner, stranger] = [await opened(), merchant('acct_stranger')]
  const { bulk: answer } = await bulk(stranger, [item('theft')])
  expect(errorsOf(answer)).toEqual([[0, 'resource_missing', 'transactions[0][entries][0][account_id]']])
  expect(await recordedOf(owner)).toEqual([])
})

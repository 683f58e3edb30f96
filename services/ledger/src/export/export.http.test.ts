import { createHash } from 'node:crypto'
import type { ExportAccount, ExportLine, ExportTransaction } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportOf, fillBook, linesOf } from '../import/import.fixture.ts'
import { errorOf, expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { exportLines } from './export.work.ts'

let ledger: Ledger
const who = merchant()
beforeAll(async () => {
  ledger = await startLedger()
  await fillBook(ledger, who)
})
afterAll(async () => {
  await expectSound(ledger)
  await ledger.close()
})

const accountIn = (lines: readonly ExportLine[], id: string): ExportAccount | undefined =>
  lines.find((line): line is ExportAccount => line.object === 'ledger.export.account' && line.id === id)
const transactionsIn = (lines: readonly ExportLine[]): ExportTransaction[] =>
  lines.filter((line) => line.object === 'ledger.export.transaction')

describe('GET /ledger/export', () => {
  test('is the same bytes every time, and its end holds the counts, the head and the digest of all before', async () => {
    const text = await exportOf(ledger, who)
    expect(await exportOf(ledger, who)).toBe(text)
    const lines = linesOf(text)
    const { body } = await ledger.get(who, '/ledger/transactions?limit=1')
    const [head] = body['data'] as { seq: number; hash: string }[]
    expect(lines[0]).toMatchObject({
      version: 1,
      merchant: who.merchant,
      mode: 'test',
      origin: { merchant: who.merchant, mode: 'test' },
      from_seq: 1,
      to_seq: head?.seq,
      hash: head?.hash,
    })
    const before = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)
    expect(lines.at(-1)).toEqual({
      object: 'ledger.export.end',
      assets: 1,
      accounts: 12,
      transactions: head?.seq,
      periods: 5,
      entries: transactionsIn(lines).reduce((sum, { entries }) => sum + entries.length, 0),
      to_seq: head?.seq,
      hash: head?.hash,
      sha256: createHash('sha256').update(before).digest('hex'),
    })
  })

  test("holds no line of another merchant's or mode's book", async () => {
    const lines = linesOf(await exportOf(ledger, merchant('acct_other')))
    expect(lines.map(({ object }) => object)).toEqual(['ledger.export', 'ledger.export.end'])
    const live = linesOf(await exportOf(ledger, merchant('acct_a', 'live')))
    expect(live).toHaveLength(2)
  })

  test('is of one seq, whatever is recorded while it is read: balances, limits and closings too', async () => {
    const book = merchant('acct_moving')
    for (const id of ['a', 'b', 'c']) await ledger.account(book, id)
    await ledger.record(book, '1', move(10, { from: 'a', to: 'b' }))
    await ledger.record(book, '2', move(3, { from: 'a', to: 'c' }))
    const lines: ExportLine[] = []
    const read = exportLines(ledger.database.db, book, {})
    lines.push(...((await read.next()).value as ExportLine[]))
    await read.next() // the assets
    await ledger.post(book, '/ledger/assets', { code: 'late', name: 'Late', scale: 2 })
    await ledger.account(book, 'later', { currency: 'late' })
    // The header has told the seq; everything else is read after this.
    await ledger.record(book, '3', move(3, { from: 'c', to: 'a' }))
    await ledger.record(book, '4', move(10, { from: 'b', to: 'a' }))
    const closed = await ledger.post(book, '/ledger/accounts/c', { status: 'closed' })
    const limited = await ledger.post(book, '/ledger/accounts/b', { min_available: 0, max_balance: 5 })
    expect([closed.status, limited.status]).toEqual([200, 200])
    for await (const some of read) lines.push(...some)
    expect(transactionsIn(lines).map(({ seq }) => seq)).toEqual([1, 2])
    expect(accountIn(lines, 'later')).toBeUndefined()
    expect(accountIn(lines, 'a')).toMatchObject({ net: '-13', entries: 2 })
    expect(accountIn(lines, 'b')).toMatchObject({ net: '10', entries: 1, min_available: null, max_balance: '5' })
    expect(accountIn(lines, 'c')).toMatchObject({ net: '3', status: 'active' })
  })

  test('a range of seqs says which hash it follows', async () => {
    const all = transactionsIn(linesOf(await exportOf(ledger, who)))
    const part = linesOf(await exportOf(ledger, who, '?from_seq=2&to_seq=3'))
    expect(transactionsIn(part)).toEqual(all.slice(1, 3))
    expect(part[0]).toMatchObject({ from_seq: 2, to_seq: 3, hash_before: all[0]?.hash, hash: all[2]?.hash })
  })

  for (const [query, param] of [
    ['to_seq=600', 'to_seq'],
    ['from_seq=600', 'from_seq'],
    ['from_seq=3&to_seq=2', 'from_seq'],
    ['from_seq=0', 'from_seq'],
    ['format=xml', 'format'],
  ] as const)
    test(`${query} is refused before anything is sent`, async () => {
      const answer = await ledger.get(who, `/ledger/export?${query}`)
      expect([answer.status, errorOf(answer).param]).toEqual([400, param])
    })

  test('more transactions than a slice holds come all, in order', async () => {
    const book = merchant('acct_long')
    const ids = Array.from({ length: 250 }, (_, nth) => `a${nth}`)
    await Promise.all(ids.map((id) => ledger.account(book, id)))
    const entries = Array.from({ length: 900 }, (_, nth) => ({
      account_id: `a${nth % 250}`,
      amount: nth % 2 === 0 ? 1 : -1,
    }))
    for (let nth = 0; nth < 6; nth++) expect((await ledger.record(book, `big${nth}`, entries)).status).toBe(201)
    await Promise.all(
      Array.from({ length: 60 }, (_, nth) => ledger.record(book, `r${nth}`, move(1, { from: 'a0', to: 'a1' }))),
    )
    const lines = linesOf(await exportOf(ledger, book))
    expect(transactionsIn(lines).map(({ seq }) => seq)).toEqual(Array.from({ length: 66 }, (_, nth) => nth + 1))
    expect(lines.at(-1)).toMatchObject({ accounts: 250, entries: 5_520 })
  })
})

describe('GET /ledger/export?format=csv', () => {
  test('has a line for each entry, with exact amounts, and is asked for by Accept, too', async () => {
    const { text, headers } = await ledger.call(who, { url: '/ledger/export?format=csv' })
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    const byAccept = await ledger.call(who, { url: '/ledger/export', headers: { accept: 'text/csv' } })
    expect(byAccept.text).toBe(text)
    const [header, ...lines] = text.split('\r\n')
    expect(header).toBe(
      'seq,transaction_id,kind,reference_id,created,effective,booked,account_id,currency,scale,layer,debit,credit,balance_after,description',
    )
    const exported = transactionsIn(linesOf(await exportOf(ledger, who)))
    expect(lines).toHaveLength(1 + exported.reduce((sum, { entries }) => sum + entries.length, 0))
    const without = (line: string | undefined) =>
      line?.replace(/ltx_\w+/, 'ltx').replaceAll(/\d{4}-[\dT:.-]+Z/g, 'time')
    expect(without(lines[0])).toBe('1,ltx,post,r1,time,time,,sales,usd,2,posted,,500,-500,"Zoë ""1"", =SUM(A1)"')
    expect(without(lines[3])).toBe(
      '2,ltx,post,r2,time,time,,bars,gold,8,posted,1000000000000000000000000000000,,1000000000000000000000000000000,',
    )
  })
})

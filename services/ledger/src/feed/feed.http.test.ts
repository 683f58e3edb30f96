import type { MerchantPrincipal } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

type Line = { object: string; cursor: string; head_seq?: number; transaction?: { seq: number; reference_id: string } }

let ledger: Ledger
let who: MerchantPrincipal
let leaving: AbortController
let books = 0
beforeAll(async () => void (ledger = await startLedger()))
afterAll(() => ledger.close())
afterEach(() => expectSound(ledger))
beforeEach(async () => {
  leaving = new AbortController()
  who = merchant(`acct_feed${++books}`)
  for (const id of ['a', 'b']) await ledger.account(who, id)
})

const record = async (reference: string): Promise<void> => {
  const { status } = await ledger.record(who, reference, move(1, { from: 'a', to: 'b' }))
  expect(status).toBe(201)
}
const read = async (query = '', as = who) => (await ledger.get(as, `/ledger/feed?${query}`)).body
const references = ({ data }: Record<string, unknown>): string[] =>
  (data as { reference_id: string }[]).map(({ reference_id }) => reference_id)
const ndjsonOf = async (query = '') => {
  const { text } = await ledger.call(who, { url: `/ledger/feed?${query}`, headers: { accept: 'application/x-ndjson' } })
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** The lines of a follower, in the process of the service; `read` waits for the next. */
const follow = async (query: object = {}) => {
  const lines = (await ledger.service.execute('readLedgerFeed', who, {
    query: { follow: true, ...query },
    signal: leaving.signal,
    accepts: 'ndjson',
  })) as AsyncIterable<Line | Line[]>
  const iterator = lines[Symbol.asyncIterator]()
  const waiting: Line[] = []
  const next = async (): Promise<Line | undefined> => {
    while (waiting.length === 0) {
      const { done, value } = await iterator.next()
      if (done === true) return undefined
      waiting.push(...(Array.isArray(value) ? value : [value]))
    }
    return waiting.shift()
  }
  return { next, leave: () => iterator.return?.() }
}

describe('GET /ledger/feed', () => {
  test('pages follow from each other by cursor: every transaction once, in the order of seq, with its balances', async () => {
    for (const reference of ['1', '2', '3', '4', '5']) await record(reference)
    const seen: string[] = []
    let cursor = '0'
    for (let more = true; more;) {
      const page = await read(`limit=2&after=${cursor}`)
      seen.push(...references(page))
      cursor = page['cursor'] as string
      more = page['has_more'] as boolean
    }
    expect(seen).toEqual(['1', '2', '3', '4', '5'])
    const rest = await read(`after=${cursor}`)
    expect(rest).toMatchObject({ object: 'ledger.feed', data: [], cursor, has_more: false, head_seq: 5 })
    const { data } = await read('limit=1')
    expect(data).toMatchObject([{ seq: 1, entries: [{ balance_after_str: '-1' }, { balance_after_str: '1' }] }])
  })

  test('a merchant without a book reads an empty feed', async () => {
    const page = await read('', merchant('acct_nobody'))
    expect(page).toMatchObject({ data: [], cursor: '0', has_more: false, head_seq: 0 })
  })

  test('a cursor behind the end, of another book or of no form is told apart, whoever else has what', async () => {
    await record('1')
    const { cursor } = await read()
    const other = merchant(`acct_other${books}`)
    for (const id of ['a', 'b']) await ledger.account(other, id)
    expect(errorOf({ body: await read(`after=${String(cursor)}`, other) })).toMatchObject({
      code: 'cursor_ahead',
      param: 'after',
    })
    await ledger.record(other, '1', move(1, { from: 'a', to: 'b' }))
    const foreign = await ledger.get(other, `/ledger/feed?after=${String(cursor)}`)
    expect([foreign.status, errorOf(foreign).code]).toEqual([409, 'cursor_foreign'])
    const ahead = await ledger.get(who, `/ledger/feed?after=7-0123456789abcdef`)
    expect([ahead.status, errorOf(ahead).code]).toEqual([409, 'cursor_ahead'])
    for (const after of ['x', '-1', '1', '1-', '01-0123456789abcdef', '99999999999999999-0123456789abcdef'])
      expect((await ledger.get(who, `/ledger/feed?after=${after}`)).status).toBe(400)
  })

  test('whoever waits is answered with what comes, and long before the wait is over', async () => {
    const waiting = read('wait=25')
    await record('1')
    expect(references(await waiting)).toEqual(['1'])
  })

  test('what another process posts is noticed, too', async () => {
    const waiting = read('wait=25')
    const elsewhere = await startLedger({ database: ledger.database, seed: 2 })
    await elsewhere.record(who, '1', move(1, { from: 'a', to: 'b' }))
    await elsewhere.stop()
    expect(references(await waiting)).toEqual(['1'])
  })

  test('a wait that is over is answered with nothing', async () => {
    expect(await read('wait=1')).toMatchObject({ data: [], has_more: false })
  })

  test('only a stream can be followed', async () => {
    expect(errorOf(await ledger.get(who, '/ledger/feed?follow=true'))).toMatchObject({ param: 'follow' })
  })
})

describe('GET /ledger/feed as NDJSON', () => {
  test('without follow it ends at the head, which its last line says', async () => {
    for (const reference of ['1', '2', '3']) await record(reference)
    const lines = await ndjsonOf()
    expect(lines.map(({ object }) => object.split('.').at(-1))).toEqual([
      'heartbeat',
      'transaction',
      'transaction',
      'transaction',
      'heartbeat',
    ])
    const last = lines.at(-1)
    expect([last?.head_seq, last?.cursor]).toEqual([3, lines.at(-2)?.cursor])
    expect((await ndjsonOf(`after=${lines[2]?.cursor ?? ''}`))[1]?.transaction?.reference_id).toBe('3')
  })

  test('a follower gets what is recorded while it follows, and gives its seat back when it leaves', async () => {
    await record('1')
    const follower = await follow()
    expect((await follower.next())?.object).toBe('ledger.feed.heartbeat')
    expect((await follower.next())?.transaction?.seq).toBe(1)
    const next = follower.next()
    await record('2')
    expect((await next)?.transaction?.seq).toBe(2)
    const none = follower.next()
    leaving.abort()
    expect(await none).toBeUndefined()
  })

  test('a merchant has only so many followers, others have theirs, and whoever leaves makes room', async () => {
    const open = await Promise.all(Array.from({ length: 20 }, () => follow()))
    for (const each of open) await each.next()
    const refused = await (await follow()).next().catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'stream_limit' })
    expect(await read('', merchant('acct_third'))).toMatchObject({ data: [] })
    for (const each of open) await each.leave()
    await eventually(async () => expect((await (await follow()).next())?.object).toBe('ledger.feed.heartbeat'))
  })
})

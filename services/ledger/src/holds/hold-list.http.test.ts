import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
const who = merchant()
const ids: string[] = []
const created: number[] = []

// Ten holds, a minute apart, between shop and one of two wallets: 0 captured, 1 released, 2 captured in part, others open.
beforeAll(async () => {
  ledger = await startLedger()
  for (const name of [who, merchant('acct_b')])
    for (const id of ['red', 'blue', 'shop']) await ledger.account(name, id, { type: 'liability' })
  for (let at = 0; at < 10; at++) {
    ledger.clock.advance(60_000)
    const from = at % 2 === 0 ? 'red' : 'blue'
    await ledger.record(who, `noise ${at}`, move(1, { from, to: 'shop' }))
    const { body } = await ledger.post(who, '/ledger/holds', {
      reference_id: `h${at}`,
      entries: move(9, { from, to: 'shop' }),
    })
    ids.push(String(body['id']))
    created.push(Number(body['created']))
  }
  await ledger.post(who, `/ledger/holds/${ids[0]}/capture`, {})
  await ledger.post(who, `/ledger/holds/${ids[1]}/release`, {})
  await ledger.post(who, `/ledger/holds/${ids[2]}/capture`, { amount: 1 })
  await ledger.post(merchant('acct_b'), '/ledger/holds', {
    reference_id: 'b',
    entries: move(9, { from: 'red', to: 'shop' }),
  })
})
afterAll(() => ledger.close())

const list = (query: string, by = who) => ledger.get(by, `/ledger/holds?${query}`)
const placesOf = ({ body }: Awaited<ReturnType<typeof list>>) =>
  (body['data'] as { id: string }[]).map(({ id }) => ids.indexOf(id))

describe('GET /ledger/holds', () => {
  for (const [query, want, more] of [
    ['', [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], false],
    ['limit=3', [9, 8, 7], true],
    ['status=open', [9, 8, 7, 6, 5, 4, 3, 2], false],
    ['status=open&limit=2', [9, 8], true],
    ['status=captured', [0], false],
    ['status=released', [1], false],
    ['status=expired', [], false],
    ['account_id=red', [8, 6, 4, 2, 0], false],
    ['account_id=shop', [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], false],
    ['account_id=blue&status=open&limit=3', [9, 7, 5], true],
    ['account_id=blue&status=released', [1], false],
  ] as const)
    test(`${query || 'all'}: newest first`, async () => {
      const answer = await list(query)
      expect(placesOf(answer)).toEqual(want)
      expect(answer.body).toMatchObject({ object: 'list', url: '/ledger/holds', has_more: more })
    })
  for (const [filter, all] of [
    ['', [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    ['&status=open', [9, 8, 7, 6, 5, 4, 3, 2]],
    ['&account_id=red', [8, 6, 4, 2, 0]],
  ] as const)
    test(`pages${filter} forth and back meet each once`, async () => {
      const forth: number[] = []
      for (let cursor = ''; ; cursor = `&starting_after=${ids[forth.at(-1) ?? -1]}`) {
        const answer = await list(`limit=3${filter}${cursor}`)
        forth.push(...placesOf(answer))
        if (answer.body['has_more'] !== true) break
      }
      expect(forth).toEqual(all)
      const back: number[] = []
      for (let cursor = ids[all.at(-1) ?? -1]; ; cursor = ids[back[0] ?? -1]) {
        const answer = await list(`limit=3${filter}&ending_before=${cursor}`)
        back.unshift(...placesOf(answer))
        if (answer.body['has_more'] !== true) break
      }
      expect(back).toEqual(all.slice(0, -1))
    })
  test('by the time they were made', async () => {
    expect(placesOf(await list(`created[gte]=${created[3]}&created[lt]=${created[6]}`))).toEqual([5, 4, 3])
    expect(placesOf(await list(`created=${created[4]}`))).toEqual([4])
    expect(placesOf(await list(`created[gt]=${created[6]}&status=open&account_id=red`))).toEqual([8])
  })
  test('each with what became of it', async () => {
    const { body } = await list(`starting_after=${ids[3]}&limit=3`)
    expect(body['data']).toMatchObject([
      {
        status: 'open',
        transactions: [expect.any(String)],
        entries: [
          { captured: 1, remaining: 8 },
          { captured: -1, remaining: -8 },
        ],
      },
      { status: 'released', transactions: [expect.any(String)], entries: [{ captured: 0, remaining: 0 }, {}] },
      { status: 'captured', transactions: [expect.any(String)], entries: [{ captured: 9, remaining: 0 }, {}] },
    ])
  })
  test('nobody else sees them', async () => {
    expect((await list('', merchant('acct_b'))).body['data']).toHaveLength(1)
    expect((await list('', merchant('acct_a', 'live'))).body['data']).toEqual([])
    expect((await list('', merchant('acct_without_a_book'))).body['data']).toEqual([])
  })
  test('an unknown cursor and an unknown account are refused', async () => {
    expect(errorOf(await list('starting_after=hold_x'))).toMatchObject({
      code: 'resource_missing',
      param: 'starting_after',
    })
    expect(errorOf(await list('account_id=green'))).toMatchObject({ code: 'resource_missing', param: 'account_id' })
    expect(errorOf(await list(`starting_after=${ids[0]}`, merchant('acct_b'))).code).toBe('resource_missing')
  })
  test('a page is cut short where its holds and what followed them have too many entries', async () => {
    const many = merchant('acct_many')
    const names = Array.from({ length: 100 }, (_, at) => `a${at}`)
    await Promise.all(names.map((id) => ledger.account(many, id, { type: 'liability' })))
    const entries = names.map((account_id, at) => ({ account_id, amount: at % 2 === 0 ? 100 : -100 }))
    for (let at = 0; at < 3; at++) {
      const { body } = await ledger.post(many, '/ledger/holds', { reference_id: `h${at}`, entries })
      await Promise.all(
        Array.from({ length: 30 }, (_, part) =>
          ledger.post(many, `/ledger/holds/${String(body['id'])}/capture`, {
            reference_id: `${at} ${part}`,
            entries: entries.map((entry) => ({ ...entry, amount: entry.amount / 100 })),
          }),
        ),
      )
    }
    const { body } = await list('limit=3', many)
    expect(body).toMatchObject({ has_more: true, data: [{ transactions: { length: 30 } }] })
    expect(body['data']).toHaveLength(1)
  })
})

import { LedgerHold } from '@micro/contracts'
import { Check } from 'typebox/value'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
const who = merchant()
let nth = 0

beforeAll(async () => {
  ledger = await startLedger()
  for (const id of ['wallet', 'shop']) await ledger.account(who, id, { type: 'liability' })
  await ledger.account(who, 'empty', { type: 'liability' })
  await ledger.post(who, '/ledger/accounts/empty', { min_available: 0 })
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

type Answer = Awaited<ReturnType<Ledger['post']>>
const idOf = ({ body }: Answer): string => String(body['id'])
const hold = (amount: number, rest: object = {}): Promise<Answer> =>
  ledger.post(who, '/ledger/holds', {
    reference_id: `hold-${nth++}`,
    entries: move(amount, { from: 'wallet', to: 'shop' }),
    ...rest,
  })
const capture = (id: string, body: object = {}) => ledger.post(who, `/ledger/holds/${id}/capture`, body)
const release = (id: string, body: object = {}) => ledger.post(who, `/ledger/holds/${id}/release`, body)

/** All that anything recorded would change. */
const everything = async () => {
  const urls = ['/ledger/transactions?limit=1', '/ledger/holds?limit=100', '/ledger/accounts']
  return Promise.all(urls.map(async (url) => (await ledger.get(who, url)).body['data']))
}

describe('a dry run records nothing', () => {
  test('of a hold: 200 with what would be held, and making it then is making it for the first time', async () => {
    const before = await everything()
    const asked = { reference_id: 'tried', expires_in: 60, description: 'Room 4' }
    const tried = await hold(70, { ...asked, dry_run: true })
    expect(tried).toMatchObject({
      status: 200,
      body: {
        status: 'dry_run',
        description: 'Room 4',
        expires_at: Math.floor(ledger.clock.now().getTime() / 1_000) + 60,
        transactions: [],
        entries: [
          { account_id: 'shop', amount: 70, captured: 0, remaining: 70 },
          { account_id: 'wallet', amount: -70, captured: 0, remaining: -70 },
        ],
      },
    })
    expect(Check(LedgerHold, tried.body)).toBe(true)
    expect((await ledger.get(who, `/ledger/holds/${idOf(tried)}`)).status).toBe(404)
    expect(await everything()).toEqual(before)
    const made = await hold(70, asked)
    expect([made.status, made.body['status']]).toEqual([201, 'open'])
    const again = await hold(70, { ...asked, dry_run: true })
    expect([again.status, again.body]).toEqual([200, made.body])
  })

  test('of a capture and of a release: 200 with what would be posted, and the hold stays as it is', async () => {
    const id = idOf(await hold(30))
    const before = await everything()
    const captured = await capture(id, { amount: 10, final: true, dry_run: true })
    expect(captured).toMatchObject({ status: 200, body: { status: 'dry_run', kind: 'capture', hold: id } })
    expect(captured.body['entries']).toHaveLength(4)
    const released = await release(id, { dry_run: true })
    expect(released).toMatchObject({ status: 200, body: { status: 'dry_run', kind: 'release' } })
    expect(await everything()).toEqual(before)
    expect([(await capture(id, { amount: 10, final: true })).status, (await release(id)).status]).toEqual([201, 409])
    const again = await capture(id, { amount: 10, final: true, dry_run: true })
    expect(again).toMatchObject({ status: 200, body: { status: 'recorded' } })
  })

  test('is refused as the real one would be', async () => {
    const id = idOf(await hold(30))
    expect(errorOf(await capture(id, { amount: 31, dry_run: true })).code).toBe('hold_exceeded')
    const entries = move(1, { from: 'empty', to: 'shop' })
    expect(errorOf(await hold(0, { entries, dry_run: true })).code).toBe('insufficient_funds')
    expect(errorOf(await capture('hold_unknown', { dry_run: true })).code).toBe('resource_missing')
    await release(id)
    expect(errorOf(await release(id, { reference_id: 'other', dry_run: true })).code).toBe('hold_released')
  })

  test('many of one hold beside its one release: none of them is recorded, none is in its way', async () => {
    const id = idOf(await hold(30))
    const tries = Array.from({ length: 10 }, (_, at) => capture(id, { reference_id: `${id} ${at}`, dry_run: true }))
    const [released, ...tried] = await Promise.all([release(id), ...tries])
    expect(released.status).toBe(201)
    for (const each of tried) expect([200, 409]).toContain(each.status)
    expect((await ledger.get(who, `/ledger/holds/${id}`)).body['transactions']).toEqual([idOf(released)])
  })
})

describe('on a hold that has ended, whoever names no reference is told how it ended', () => {
  const ends = {
    captured: (id: string) => capture(id, { description: 'first' }),
    released: (id: string) => release(id, { description: 'first' }),
  }
  for (const [ended, end] of Object.entries(ends))
    for (const [name, again] of [
      ['capture', capture],
      ['release', release],
    ] as const)
      test(`${ended}, then asked to ${name} in other words`, async () => {
        const id = idOf(await hold(30))
        expect((await end(id)).status).toBe(201)
        const { status, body } = await again(id, { description: 'second' })
        expect([status, errorOf({ body })]).toEqual([409, expect.objectContaining({ code: `hold_${ended}`, hold: id })])
      })

  test('captured in part, then released: the next capture hears of the release', async () => {
    const id = idOf(await hold(30))
    await capture(id, { amount: 10 })
    await release(id)
    expect(errorOf(await capture(id, { amount: 11 })).code).toBe('hold_released')
    expect((await capture(id, { amount: 10 })).status).toBe(200)
  })

  test('captured in part, then due: it has expired, given back or not', async () => {
    const id = idOf(await hold(30, { expires_in: 60 }))
    await capture(id, { amount: 10 })
    ledger.clock.advance(60_000)
    expect(errorOf(await capture(id, { amount: 11 })).code).toBe('hold_expired')
  })

  test('a reference that the caller chose still conflicts with what has it', async () => {
    const id = idOf(await hold(30))
    await capture(id, { reference_id: `${id} mine` })
    expect(errorOf(await release(id, { reference_id: `${id} mine` })).code).toBe('reference_conflict')
  })
})

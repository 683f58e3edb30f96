/** Holds that are due are given back, by however many processes, exactly once. */
import { assert, type Fault } from '@micro/kernel'
import { eventually, testRuntime } from '@micro/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createPosting } from '../posting/index.ts'
import { findParentPlace } from '../posting/parent.store.ts'
import { errorOf, expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { expireHolds } from './expiry.ts'

let ledger: Ledger
const who = merchant()
let nth = 0

beforeAll(async () => {
  ledger = await startLedger()
  for (const name of [who, merchant('acct_b')])
    for (const id of ['a', 'b']) await ledger.account(name, id, { type: 'liability' })
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const hold = async (expires_in: number, by = who): Promise<string> => {
  const asked = { reference_id: `hold-${nth++}`, entries: move(10, { from: 'a', to: 'b' }), expires_in }
  return String((await ledger.post(by, '/ledger/holds', asked)).body['id'])
}
const show = async (id: string, by = who) => (await ledger.get(by, `/ledger/holds/${id}`)).body
const capture = (id: string, body: object = {}) => ledger.post(who, `/ledger/holds/${id}/capture`, body)

let seed = 1
/** Another process of the service, with a queue of its own. */
const process = () => {
  const runtime = testRuntime({ clock: ledger.clock, seed: ++seed })
  const { db } = ledger.database
  return { ...runtime, db, post: createPosting({ ...runtime, db }) }
}
const expire = () => expireHolds(process())

test('what is left of a hold is given back when it is due, and not before', async () => {
  const id = await hold(60)
  await capture(id, { amount: 4 })
  ledger.clock.advance(59_999)
  await expire()
  expect(await show(id)).toMatchObject({ status: 'open' })
  ledger.clock.advance(1)
  await expire()
  const held = await show(id)
  expect(held).toMatchObject({ status: 'expired', entries: [{ captured: 4, remaining: 0 }, { captured: -4 }] })
  const [, last] = held['transactions'] as string[]
  expect((await ledger.get(who, `/ledger/transactions/${last}`)).body).toMatchObject({
    kind: 'expire',
    hold: id,
    reference_id: `micro:hold_expired:${id}`,
    entries: [
      { account_id: 'b', amount: -6, layer: 'pending' },
      { account_id: 'a', amount: 6, layer: 'pending' },
    ],
  })
  expect((await ledger.get(who, '/ledger/accounts/a')).body).toMatchObject({ balance: -4, pending: { pending_out: 0 } })
})

test('a hold that is due is captured by nobody, though it was not given back yet', async () => {
  const id = await hold(60)
  ledger.clock.advance(60_000)
  expect(await capture(id)).toMatchObject({ status: 409, body: { error: { code: 'hold_expired' } } })
  await expire()
  expect(errorOf(await capture(id, { amount: 1 })).code).toBe('hold_expired')
  expect(errorOf(await ledger.post(who, `/ledger/holds/${id}/release`, {})).code).toBe('hold_expired')
})

test('a capture that was answered in time is answered the same after the expiry', async () => {
  const id = await hold(60)
  const { text } = await capture(id, { amount: 1 })
  ledger.clock.advance(60_000)
  await expire()
  expect(await capture(id, { amount: 1 })).toMatchObject({ status: 200, text })
})

test('many are given back, of all merchants, by three processes at once, each exactly once', async () => {
  const [mine, theirs] = [
    await Promise.all(Array.from({ length: 250 }, () => hold(60))),
    await Promise.all(Array.from({ length: 5 }, () => hold(30, merchant('acct_b')))),
  ]
  const kept = await hold(61)
  ledger.clock.advance(60_000)
  await Promise.all([expire(), expire(), expire()])
  for (const id of [mine[0], mine[249]]) expect(await show(String(id))).toMatchObject({ status: 'expired' })
  for (const id of theirs)
    expect(await show(id, merchant('acct_b'))).toMatchObject({ status: 'expired', transactions: [expect.any(String)] })
  expect(await show(kept)).toMatchObject({ status: 'open' })
  const [row] = await ledger.database.owner.sql<{ open: bigint }>`
    select count(*) as open from ledger.holds where status = 'open' and expires_at <= ${ledger.clock.now()}`
  expect(row?.open).toBe(0n)
})

test('a frozen account gets back what was held', async () => {
  await ledger.account(who, 'ice', { type: 'liability' })
  const { body } = await ledger.post(who, '/ledger/holds', {
    reference_id: 'frozen',
    entries: move(5, { from: 'ice', to: 'b' }),
    expires_in: 60,
  })
  await ledger.post(who, '/ledger/accounts/ice', { status: 'frozen' })
  ledger.clock.advance(60_000)
  await expire()
  expect(await show(String(body['id']))).toMatchObject({ status: 'expired' })
})

test('of captures, releases and expiries at once each hold gets what was first, and none gets more', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, () => hold(60)))
  ledger.clock.advance(59_999)
  const [captured, released] = [
    ids.map((id) => capture(id)),
    ids.map((id) => ledger.post(who, `/ledger/holds/${id}/release`, {})),
  ]
  ledger.clock.advance(1)
  await expire()
  const [captures, releases] = [await Promise.all(captured), await Promise.all(released)]
  for (const [at, id] of ids.entries()) {
    const { status, transactions } = await show(id)
    expect(transactions).toHaveLength(1)
    expect(['captured', 'released', 'expired']).toContain(status)
    expect(captures[at]?.status).toBe(status === 'captured' ? 201 : 409)
    expect(releases[at]?.status).toBe(status === 'released' ? 201 : 409)
  }
})

test('of twenty captures in three processes only as many are recorded as there is left', async () => {
  const id = await hold(60)
  const parent = await findParentPlace(ledger.database.db.sql, who, id.replace('hold_', 'ltx_'))
  assert(parent !== undefined, 'the hold is there')
  const processes = [process(), process(), process()]
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, async (_, at) =>
      processes[at % 3]?.post({
        book: { merchant: who.merchant, mode: who.mode },
        reference: `${id} ${at}`,
        description: null,
        metadata: {},
        entries: [],
        action: { kind: 'capture', parent, amount: 3n, final: false },
      }),
    ),
  )
  const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Fault).code] : []))
  expect(refused).toEqual(Array.from({ length: 17 }, () => 'hold_exceeded'))
  expect(await show(id)).toMatchObject({ status: 'open', entries: [{ captured: 9, remaining: 1 }, {}] })
})

test('the service itself looks for them', async () => {
  const id = await hold(60)
  ledger.clock.advance(60_000)
  await eventually(async () => expect(await show(id)).toMatchObject({ status: 'expired' }))
})

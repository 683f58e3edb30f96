import { expandableObjects } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { balanceExpanders } from './balances/balance.expanders.ts'
import { expanders } from './expanders.ts'
import type { MerchantTime } from './merchant-clocks/merchant-time.ts'
import { Killed } from './mortal.fixture.ts'
import { createBench, type Bench } from './payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/payment_intents'
const good = { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true }
const paid = (options: { merchant?: string } = {}) => bench.call(path, { body: good, ...options })
const bodyUnder = async (key: string): Promise<string | undefined> =>
  (await bench.database.db.sql<{ body: string }>`select body from payments.idempotency_keys where key = ${key}`)[0]
    ?.body

test('every kind that may be expanded has one who finds it', () => {
  const all = { ...expanders, ...balanceExpanders({} as MerchantTime, expanders) }
  expect(Object.keys(all).toSorted()).toEqual(Object.keys(expandableObjects).toSorted())
})

describe('expand', () => {
  test('shows the charge in place of its id, and in the charge its intent, wherever it is asked for', async () => {
    const { body: plain } = await paid()
    const charge = { object: 'charge', id: plain.latest_charge, payment_intent: plain.id, amount: 1999 }
    const expand = 'expand[]=latest_charge'
    expect((await bench.call(`${path}/${plain.id}?${expand}`)).body).toMatchObject({ ...plain, latest_charge: charge })
    expect((await bench.call(`${path}/${plain.id}?expand[0]=latest_charge.payment_intent`)).body).toEqual({
      ...plain,
      latest_charge: expect.objectContaining({ ...charge, payment_intent: plain }) as object,
    })
    const { body: list } = await bench.call(`${path}?limit=1&expand[]=data.latest_charge`)
    expect(list.data).toMatchObject([{ id: plain.id, latest_charge: charge }])
    const created = await bench.call(path, { body: { ...good, expand: ['latest_charge'] } })
    expect(created.body.latest_charge).toMatchObject({ object: 'charge', payment_intent: created.body.id })
  })

  test('of a path that leads nowhere is refused before anything happens, and leaves no key', async () => {
    const refused = await bench.call(path, { body: { ...good, expand: ['latest_charge.nope'] }, key: 'nowhere' })
    expect([refused.status, refused.body.error]).toEqual([
      400,
      {
        type: 'invalid_request_error',
        message: 'This property cannot be expanded (latest_charge.nope).',
        param: 'expand',
      },
    ])
    expect(await bodyUnder('nowhere')).toBeUndefined()
    expect((await bench.call(`${path}?expand[]=latest_charge`)).body.error['message']).toBe(
      "This property cannot be expanded (latest_charge). You may want to try expanding 'data.latest_charge' instead.",
    )
  })

  for (const [what, value, param] of [
    ['an object', { a: 'latest_charge' }, 'expand'],
    ['a number in the list', [1], 'expand[0]'],
    ['21 paths', Array.from({ length: 21 }, () => 'latest_charge'), 'expand'],
    ['a long path', ['x'.repeat(201)], 'expand[0]'],
  ] as const)
    test(`that is ${what} is refused by name`, async () => {
      const { status, body } = await bench.call(path, { body: { ...good, expand: value } })
      expect([status, body.error['param']]).toEqual([400, param])
    })

  test("never shows another tenant's object, even where its id stood", async () => {
    const mine = (await paid({ merchant: 'acct_mine' })).body
    const theirs = (await paid({ merchant: 'acct_theirs' })).body
    await bench.database.owner.sql`
      update payments.payment_intents set latest_charge = ${theirs.latest_charge} where id = ${mine.id}`
    const { body } = await bench.call(`${path}/${mine.id}?expand[]=latest_charge`, { merchant: 'acct_mine' })
    expect(body.latest_charge).toBe(theirs.latest_charge)
  })

  test('of a decline leaves the intent in the error as it is', async () => {
    const declined = { ...good, payment_method: 'pm_card_chargeDeclined', expand: ['latest_charge'] }
    const { status, body } = await bench.call(path, { body: declined, key: 'declined' })
    expect([status, typeof body.error.payment_intent.latest_charge]).toEqual([402, 'string'])
    expect((await bench.call(path, { body: declined, key: 'declined' })).body).toEqual(body)
  })
})

describe('under an idempotency key', () => {
  test('the expanded answer is the one that every repeat tells, also when the object has changed since', async () => {
    const request = { body: { amount: 1999, currency: 'usd', expand: ['latest_charge'] }, key: 'kept' }
    const first = await bench.call(path, request)
    await bench.call(`${path}/${first.body.id}/confirm`, { body: { payment_method: 'pm_card_visa' } })
    const again = await bench.call(path, request)
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true'])
    const paidFirst = await bench.call(path, { body: { ...good, expand: ['latest_charge'] }, key: 'kept paid' })
    await bench.database.owner.sql`
      update payments.payment_intents set description = 'changed since' where id = ${paidFirst.body.id}`
    const paidAgain = await bench.call(path, { body: { ...good, expand: ['latest_charge'] }, key: 'kept paid' })
    expect(paidAgain.text).toBe(paidFirst.text)
    expect(paidAgain.body.latest_charge).toMatchObject({ object: 'charge', description: null })
  })

  test('another expand is another request', async () => {
    await bench.call(path, { body: { ...good, expand: ['latest_charge'] }, key: 'other' })
    const { status, body } = await bench.call(path, { body: good, key: 'other' })
    expect([status, body.error['type']]).toEqual([400, 'idempotency_error'])
  })

  test('two repeats of a request whose process died before it expanded tell the same', async () => {
    const request = { body: { ...good, expand: ['latest_charge'] }, key: 'died' }
    const { body } = await bench.call(path, request)
    const plain = JSON.stringify({ ...body, latest_charge: (body.latest_charge as unknown as { id: string }).id })
    await bench.database.owner.sql`
      update payments.idempotency_keys set body = ${plain}, recovery_point = null where key = 'died'`
    const repeats = await Promise.all([1, 2, 3, 4].map(() => bench.call(path, request)))
    expect(new Set(repeats.map(({ text }) => text)).size).toBe(1)
    expect(repeats[0]?.body.latest_charge).toMatchObject({ object: 'charge' })
    expect(`${await bodyUnder('died')}\n`).toBe(repeats[0]?.text)
  })

  // Deaths at each effect of the work itself are crash.test.ts's.
  for (const [what, statement, when] of [
    ['before it has looked up what to show', 'and id = any(', 'before'],
    ['after it has looked up what to show', 'and id = any(', 'after'],
    ['before the expanded answer is kept', 'recovery_point is distinct from', 'before'],
    ['after the expanded answer is kept', 'recovery_point is distinct from', 'after'],
  ] as const)
    test(`a process that dies ${what}: the repeat charges once and tells the expanded answer`, async () => {
      const { db } = bench.database
      const dying: Sql = async (strings, ...values) => {
        const isLast = strings.join('').includes(statement)
        if (isLast && when === 'before') throw new Killed()
        const rows = await db.sql(strings, ...values)
        if (isLast) throw new Killed()
        return rows as never
      }
      const request = { body: { ...good, expand: ['latest_charge'] }, key: what }
      const first = await bench.another({ db: { ...db, sql: dying } }).call(path, request)
      expect(first.status).toBe(500)
      const answer = await bench.call(path, request)
      expect([answer.status, answer.headers['idempotent-replayed']]).toEqual([200, 'true'])
      expect(answer.body.latest_charge).toMatchObject({ object: 'charge', status: 'succeeded' })
      expect(await bench.simulated(answer.body.id)).toBe(1)
      expect((await bench.call(path, request)).text).toBe(answer.text)
    })
})

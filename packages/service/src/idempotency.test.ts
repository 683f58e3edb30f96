import { Fault } from '@micro/kernel'
import { fakeClock, testDatabase, type FakeClock, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { databaseIdempotency, fingerprintOf, type ClaimOutcome, type Idempotency } from './idempotency.ts'

let database: TestDatabase
let clock: FakeClock
let idempotency: Idempotency
let keys = 0

beforeAll(async () => {
  database = await testDatabase('payments')
})
afterAll(() => database.close())
beforeEach(() => {
  clock = fakeClock()
  idempotency = databaseIdempotency({ db: database.db, clock })
})

const newKey = (): string => `key-${++keys}`
const claim = (given: {
  key: string
  fingerprint?: string
  merchant?: string
  mode?: 'test' | 'live'
  requestId?: string
  fromBrowser?: boolean
  withWork?: boolean
}): Promise<ClaimOutcome> =>
  idempotency.claim({
    merchant: 'acct_a',
    mode: 'test',
    fromBrowser: false,
    fingerprint: 'f',
    requestId: 'req_1',
    serialize: (_status, body) => JSON.stringify(body),
    ...given,
  })
const claimed = async (given: Parameters<typeof claim>[0]) => {
  const outcome = await claim(given)
  if (outcome.kind !== 'claimed') throw new Error(`the key was not claimed: ${outcome.kind}`)
  return outcome
}
const fault = (code: string) => expect.objectContaining({ code }) as Fault

describe('a key', () => {
  test('claimed by many requests at once goes to one of them; the others are told it is in use', async () => {
    const key = newKey()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) => claim({ key, requestId: `req_${at}` })),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toEqual(fault('idempotency_key_in_use'))
  })

  test('knows whether its work has stored the answer, so that a request writes it once', async () => {
    const [completed, told, neither] = await Promise.all([newKey(), newKey(), newKey()].map((key) => claimed({ key })))
    await database.db.transaction(async (sql) => completed?.claim.complete(sql, 201, { id: 'pi_1' }))
    told?.claim.stored()
    expect([completed, told, neither].map((outcome) => outcome?.isStored())).toEqual([true, true, false])
  })

  test('whose work failed after storing its answer is answered with the failure', async () => {
    const key = newKey()
    const outcome = await claimed({ key })
    const work = database.db.transaction(async (sql) => {
      await outcome.claim.complete(sql, 201, { id: 'pi_1' })
      throw new Fault('resource_missing', { resource: 'payment_intent', id: 'pi_1', param: 'id' })
    })
    await expect(work).rejects.toEqual(fault('resource_missing'))
    await outcome.finish({ status: 404, body: '{}' })
    expect(await claim({ key })).toMatchObject({ kind: 'replay', response: { status: 404 } })
  })

  test('once answered is answered the same again, naming the request that did the work', async () => {
    const key = newKey()
    const { claim: held } = await claimed({ key, requestId: 'req_first' })
    await database.db.transaction((sql) => held.complete(sql, 201, { id: 'pi_1' }))
    expect(await claim({ key, requestId: 'req_second' })).toMatchObject({
      kind: 'replay',
      response: { status: 201, body: '{"id":"pi_1"}' },
      originalRequest: 'req_first',
    })
  })

  test('whose answer is expanded by many at once tells what the first of them made of it', async () => {
    const key = newKey()
    const { claim: held, storeExpanded } = await claimed({ key })
    await database.db.transaction((sql) => held.complete(sql, 200, { id: 'pi_1' }))
    const told = await Promise.all([1, 2, 3].map((at) => storeExpanded(`{"by":${at}}`)))
    expect(new Set(told).size).toBe(1)
    expect(await claim({ key })).toMatchObject({ kind: 'replay', isExpanded: true, response: { body: told[0] } })
  })

  test('whose answer rolled back with its work was never answered', async () => {
    const key = newKey()
    const { claim: held } = await claimed({ key })
    const work = database.db.transaction(async (sql) => {
      await held.complete(sql, 201, { id: 'pi_1' })
      throw new Error('the work failed after all')
    })
    await expect(work).rejects.toThrow('the work failed')
    await expect(claim({ key })).rejects.toEqual(fault('idempotency_key_in_use'))
  })

  test('used with another request is refused, also after it was answered', async () => {
    const key = newKey()
    const { finish } = await claimed({ key, fingerprint: 'a' })
    await expect(claim({ key, fingerprint: 'b' })).rejects.toEqual(fault('idempotency_mismatch'))
    await finish({ status: 200, body: '{}' })
    await expect(claim({ key, fingerprint: 'b' })).rejects.toEqual(fault('idempotency_mismatch'))
  })

  test('of another merchant or mode is another key', async () => {
    const key = newKey()
    await claimed({ key })
    await claimed({ key, merchant: 'acct_b' })
    await claimed({ key, mode: 'live' })
  })

  test('whose holder died is taken over from its recovery point once the lease ran out', async () => {
    const key = newKey()
    const { claim: first } = await claimed({ key })
    await database.db.transaction((sql) => first.reach(sql, 'charge:ch_1'))
    clock.advance(14_000)
    await expect(claim({ key })).rejects.toEqual(fault('idempotency_key_in_use'))
    clock.advance(2_000)
    const { claim: second } = await claimed({ key, requestId: 'req_2' })
    expect(second.recoveryPoint).toBe('charge:ch_1')
  })

  test('whose dead holder is succeeded by many goes to one of them', async () => {
    const key = newKey()
    await claimed({ key })
    clock.advance(16_000)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) => claim({ key, requestId: `req_${at}` })),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('given up without an effect can be used afresh, even for another request', async () => {
    const key = newKey()
    const { release } = await claimed({ key, fingerprint: 'a' })
    await release()
    await claimed({ key, fingerprint: 'b' })
  })

  test('given up after an effect keeps its recovery point and its request', async () => {
    const key = newKey()
    const { claim: held, release } = await claimed({ key, fingerprint: 'a' })
    await held.reach(database.db.sql, 'intent:pi_1')
    await release()
    await expect(claim({ key, fingerprint: 'b' })).rejects.toEqual(fault('idempotency_mismatch'))
    expect((await claimed({ key, fingerprint: 'a' })).claim.recoveryPoint).toBe('intent:pi_1')
  })

  test('given up late does not take the key from its new holder', async () => {
    const key = newKey()
    const { release } = await claimed({ key, requestId: 'req_old' })
    clock.advance(16_000)
    await claimed({ key, requestId: 'req_new' })
    await release()
    await expect(claim({ key, requestId: 'req_third' })).rejects.toEqual(fault('idempotency_key_in_use'))
  })

  test('completed late, after another took it over, undoes the late work', async () => {
    const key = newKey()
    const { claim: late } = await claimed({ key, requestId: 'req_old' })
    clock.advance(16_000)
    const { claim: held } = await claimed({ key, requestId: 'req_new' })
    const completed = (who: typeof late, id: string) => database.db.transaction((sql) => who.complete(sql, 201, { id }))
    await expect(completed(late, 'pi_old')).rejects.toEqual(fault('idempotency_key_in_use'))
    await completed(held, 'pi_new')
    await expect(completed(late, 'pi_old')).rejects.toEqual(fault('idempotency_key_in_use'))
    expect(await claim({ key })).toMatchObject({
      kind: 'replay',
      response: { body: '{"id":"pi_new"}' },
      originalRequest: 'req_new',
    })
  })

  test('taken over is neither moved on nor answered by its late holder', async () => {
    const key = newKey()
    const { claim: late, finish } = await claimed({ key, requestId: 'req_old' })
    clock.advance(16_000)
    await claimed({ key, requestId: 'req_new' })
    await expect(late.reach(database.db.sql, 'charge:ch_old')).rejects.toEqual(fault('idempotency_key_in_use'))
    await finish({ status: 400, body: '{}' })
    clock.advance(16_000)
    expect((await claimed({ key, requestId: 'req_third' })).claim.recoveryPoint).toBeNull()
  })

  for (const [what, key] of [
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['not printable', 'a\nb'],
    ['not ASCII', 'ключ'],
  ] as const) {
    test(`that is ${what} is refused`, async () =>
      await expect(claim({ key })).rejects.toEqual(fault('idempotency_key_invalid')))
  }
})

describe('a key that the work itself claims', () => {
  const begin = (key: string, requestId = 'req_1', fingerprint = 'f') =>
    claimed({ key, requestId, fingerprint, withWork: true })
  const answer = (outcome: Awaited<ReturnType<typeof begin>>, id: string) =>
    database.db.transaction((sql) => outcome.claim.completeLast(sql, 201, { id }))

  test('is not there before the work has committed', async () => {
    const key = newKey()
    const first = await begin(key)
    await claimed({ key, requestId: 'req_2', withWork: true })
    await answer(first, 'pi_1')
    expect(first.isStored()).toBe(true)
    expect(await claim({ key })).toMatchObject({
      kind: 'replay',
      response: { body: '{"id":"pi_1"}' },
      originalRequest: 'req_1',
    })
  })

  for (const store of ['complete', 'completeLast', 'reach'] as const)
    test(`by ${store}, of many requests at once, goes to one, and undoes the work of the others`, async () => {
      const key = newKey()
      const effects = `acct_${key}`
      const outcomes = await Promise.all(Array.from({ length: 8 }, (_, at) => begin(key, `req_${at}`)))
      const works = await Promise.allSettled(
        outcomes.map((outcome, at) =>
          database.db.transaction(async (sql) => {
            await sql`
              insert into idempotency_keys (merchant, mode, key, fingerprint, request_id, created_at)
              values (${effects}, 'test', ${`effect-${at}`}, 'f', 'req', now())`
            await (store === 'reach' ? outcome.claim.reach(sql, 'at') : outcome.claim[store](sql, 201, { at }))
          }),
        ),
      )
      expect(works.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const work of works)
        if (work.status === 'rejected') expect(work.reason).toEqual(fault('idempotency_key_in_use'))
      expect(await database.db.sql`select key from idempotency_keys where merchant = ${effects}`).toHaveLength(1)
      const mine = await Promise.all(outcomes.map((outcome) => outcome.release()))
      expect(mine.filter(Boolean), 'all but one learn that another has it').toHaveLength(1)
    })

  test('is free again where the work rolled back, also for another request', async () => {
    const key = newKey()
    const first = await begin(key)
    const work = database.db.transaction(async (sql) => {
      await first.claim.reach(sql, 'charge:ch_1')
      throw new Error('the work failed after all')
    })
    await expect(work).rejects.toThrow('the work failed')
    expect(await first.release()).toBe(true)
    await answer(await begin(key, 'req_2', 'other'), 'pi_2')
  })

  test('is claimed by a try of the transaction that comes after one which was undone', async () => {
    const key = newKey()
    const { claim: held } = await begin(key)
    let tries = 0
    await database.db.transaction(async (sql) => {
      await held.reach(sql, 'charge:ch_1')
      if (++tries === 1) await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`
    })
    expect(tries).toBe(2)
    await expect(claim({ key, requestId: 'req_2' })).rejects.toEqual(fault('idempotency_key_in_use'))
    await database.db.transaction((sql) => held.completeLast(sql, 200, { id: 'pi_1' }))
    expect(await claim({ key })).toMatchObject({ kind: 'replay', response: { status: 200 } })
  })

  test('is answered with the refusal of work that changed nothing, once', async () => {
    const key = newKey()
    const [first, second] = [await begin(key, 'req_1'), await begin(key, 'req_2')]
    expect(await first.finish({ status: 404, body: '{}' })).toBe(true)
    expect(await second.finish({ status: 402, body: '{}' })).toBe(false)
    expect(await claim({ key })).toMatchObject({ kind: 'replay', response: { status: 404 } })
  })

  test('that reached a point and whose holder died is taken over from there', async () => {
    const key = newKey()
    const { claim: late } = await begin(key)
    await database.db.transaction((sql) => late.reach(sql, 'charge:ch_1'))
    clock.advance(16_000)
    expect((await claimed({ key, requestId: 'req_2' })).claim.recoveryPoint).toBe('charge:ch_1')
    await expect(database.db.transaction((sql) => late.complete(sql, 200, {}))).rejects.toEqual(
      fault('idempotency_key_in_use'),
    )
  })

  test('used with another request is refused', async () => {
    const key = newKey()
    await answer(await begin(key), 'pi_1')
    const other = await begin(key, 'req_2', 'other')
    await expect(answer(other, 'pi_2')).rejects.toEqual(fault('idempotency_key_in_use'))
    expect(await other.release()).toBe(false)
    await expect(claim({ key, fingerprint: 'other' })).rejects.toEqual(fault('idempotency_mismatch'))
  })
})

test('a fingerprint does not depend on the order of parameters, and does on everything else', () => {
  const base = { path: 'POST /v1/x', params: {}, body: { a: 1, b: { c: [1, 2] } } }
  expect(fingerprintOf({ ...base, body: { b: { c: [1, 2] }, a: 1 } })).toBe(fingerprintOf(base))
  for (const other of [
    { ...base, path: 'POST /payments/x' },
    { ...base, params: { id: 'pi_1' } },
    { ...base, body: { a: '1', b: { c: [1, 2] } } },
    { ...base, body: { a: 1, b: { c: [2, 1] } } },
    { ...base, body: { a: 1 } },
  ]) {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(base))
  }
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const secret = 'sk_live_of_the_canary'
const given = { kind: 'stripe', secret_key: secret, currencies: ['usd', 'eur'], priority: 3 }
const configure = (merchant: string, body: object = given, key?: string) =>
  bench.call('/payments/processors', { merchant, mode: 'live', body, ...(key === undefined ? {} : { key }) })
const told = (merchant: string) =>
  [...bench.auditLog.entries.values()].filter((entry) => entry['merchant'] === merchant)
const rows = (merchant: string) => bench.database.db.sql<{ action: string; due_at: Date | null }>`
  select action, due_at from payments.audited_acts where merchant = ${merchant} order by id`
const remove = (merchant: string, id: string) =>
  bench.call(`/payments/processors/${id}`, { merchant, mode: 'live', method: 'DELETE' })

test('who says which processor moves live money, and who removes one, is told to the audit log, without its key', async () => {
  const { id } = (await configure('acct_audited')).body
  await bench.parts.audit.round()
  await remove('acct_audited', id)
  await remove('acct_audited', id)
  await bench.parts.audit.round()
  const by = { actor: { type: 'api_key', id: 'key_1' }, subject: id, mode: 'live' }
  const url = 'https://api.stripe.com'
  expect(told('acct_audited')).toMatchObject([
    { ...by, action: 'processor.created', detail: { kind: 'stripe', url, currencies: ['eur', 'usd'], priority: 3 } },
    { ...by, action: 'processor.removed', detail: { kind: 'stripe', url } },
  ])
  expect(JSON.stringify(told('acct_audited'))).not.toContain(secret)
  expect((await rows('acct_audited')).every(({ due_at }) => due_at === null)).toBe(true)
})

test('what was refused, and what a retry asked for again, leaves no second entry', async () => {
  await configure('acct_refused', { ...given, secret_key: 'sk_test_not_live' })
  await configure('acct_refused', { ...given, url: 'https://elsewhere.example' })
  expect(await rows('acct_refused')).toEqual([])
  for (let time = 0; time < 2; time++) await configure('acct_refused', given, 'again')
  expect(await rows('acct_refused')).toHaveLength(1)
  await remove('acct_stranger', (await configure('acct_refused')).body.id)
  expect(await rows('acct_stranger')).toEqual([])
})

test('while the audit log is down nothing is lost, and where its answer is lost nothing is told under another id', async () => {
  const merchant = 'acct_patient'
  bench.auditLog.behaviour = 'down'
  await configure(merchant)
  await bench.parts.audit.round()
  expect(told(merchant)).toEqual([])
  for (const behaviour of ['answer_lost', 'up'] as const) {
    bench.auditLog.behaviour = behaviour
    bench.clock.advance(600_000)
    await bench.parts.audit.round()
    expect(told(merchant)).toHaveLength(1)
  }
  expect(await rows(merchant)).toMatchObject([{ due_at: null }])
})

test('where it cannot be noted, no processor is configured', async () => {
  await bench.database.owner.sql`revoke insert on payments.audited_acts from payments_app`
  expect((await configure('acct_unnoted')).status).toBe(500)
  await bench.database.owner.sql`grant insert on payments.audited_acts to payments_app`
  const { data } = (await bench.call('/payments/processors', { merchant: 'acct_unnoted', mode: 'live' })).body
  expect(data).toEqual([])
})

test('the service can change nothing of what it noted, nor remove it', async () => {
  const { sql } = bench.database.db
  await expect(sql`update payments.audited_acts set actor = 'key_other'`).rejects.toThrow(/permission denied/)
  await expect(sql`delete from payments.audited_acts`).rejects.toThrow(/permission denied/)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { outboxEvent } from '../events.fixture.ts'
import { key, webhookWorld, type WebhookWorld } from '../webhooks.fixture.ts'

let world: WebhookWorld
beforeAll(async () => {
  world = await webhookWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const url = 'http://127.0.0.1:4999/hooks?token=canary'
const person = {
  ...{ kind: 'session' as const, merchant: 'acct_op', mode: 'test' as const },
  ...{ user: 'usr_op', session: 'ses_1', operator: true as const },
}
const told = (merchant: string | null) =>
  [...world.auditLog.entries.values()].filter((entry) => entry['merchant'] === merchant)
const rows = (merchant: string) => world.database.db.sql<{ action: string; due_at: Date | null }>`
  select action, due_at from events.audited_acts where merchant = ${merchant} order by id`
const post = (path: string, merchant: string, body: object = {}) =>
  world.call(key(merchant), { method: 'POST', url: `/v1/webhook_endpoints${path}`, body })
const remove = (merchant: string, id: string) =>
  world.call(key(merchant), { method: 'DELETE', url: `/v1/webhook_endpoints/${id}` })

test('who makes, changes, disables and deletes an endpoint, and rotates its secret, is told to the audit log, without secrets', async () => {
  const { id, secret } = await world.endpoint({ url }, key('acct_told'))
  await post(`/${id}`, 'acct_told', { enabled_events: ['charge.succeeded'] })
  await post(`/${id}`, 'acct_told', { disabled: true })
  const rotated = await post(`/${id}/rotate_secret`, 'acct_told', { expires_in: 60 })
  await remove('acct_told', id)
  await world.parts.audit.round()
  const shown = { url: 'http://127.0.0.1:4999/hooks', status: 'enabled' }
  const by = { actor: { type: 'api_key', id: 'key_acct_told' }, subject: id, mode: 'test' }
  const narrow = { ...shown, enabled_events: ['charge.succeeded'] }
  const off = { ...narrow, status: 'disabled' }
  expect(
    told('acct_told')
      .map(({ action }) => String(action))
      .toSorted((a, b) => a.localeCompare(b, 'en')),
  ).toEqual([
    'webhook_endpoint.created',
    'webhook_endpoint.deleted',
    'webhook_endpoint.secret_rotated',
    'webhook_endpoint.updated',
    'webhook_endpoint.updated',
  ])
  for (const want of [
    { ...by, action: 'webhook_endpoint.created', detail: { ...shown, enabled_events: ['*'] } },
    {
      ...by,
      action: 'webhook_endpoint.updated',
      detail: { before: { ...shown, enabled_events: ['*'] }, after: narrow },
    },
    { ...by, action: 'webhook_endpoint.updated', detail: { before: narrow, after: off } },
    { ...by, action: 'webhook_endpoint.secret_rotated', detail: { expires_in: 60 } },
    { ...by, action: 'webhook_endpoint.deleted', detail: off },
  ])
    expect(told('acct_told')).toContainEqual(expect.objectContaining(want))
  const text = JSON.stringify(told('acct_told'))
  for (const hidden of [secret, String(rotated.body.secret), 'canary']) expect(text).not.toContain(hidden)
  expect((await rows('acct_told')).every(({ due_at }) => due_at === null)).toBe(true)
})

test('what was refused leaves no entry, and nobody changes what is noted', async () => {
  await post('', 'acct_refused', { url: 'http://10.0.0.1/', enabled_events: ['*'] })
  const { id } = await world.endpoint({ url }, key('acct_owner'))
  await remove('acct_refused', id)
  expect(await rows('acct_refused')).toEqual([])
  const { sql } = world.database.db
  await expect(sql`update events.audited_acts set actor = 'key_other'`).rejects.toThrow(/permission denied/)
  await expect(sql`delete from events.audited_acts`).rejects.toThrow(/permission denied/)
})

test('while the audit log is down nothing is lost, and where it cannot be noted nothing is done', async () => {
  world.auditLog.isDown = true
  await world.endpoint({ url }, key('acct_patient'))
  await world.parts.audit.round()
  expect(told('acct_patient')).toEqual([])
  world.auditLog.isDown = false
  world.clock.advance(600_000)
  await world.parts.audit.round()
  expect(told('acct_patient')).toHaveLength(1)
  await world.database.owner.sql`revoke insert on events.audited_acts from events_app`
  expect((await post('', 'acct_unnoted', { url, enabled_events: ['*'] })).status).toBe(500)
  await world.database.owner.sql`grant insert on events.audited_acts to events_app`
  expect((await world.call(key('acct_unnoted'), { url: '/v1/webhook_endpoints' })).body.data).toEqual([])
})

test('an operator who makes an event of a dead letter is told of as that, once, under no merchant', async () => {
  const { sql } = world.database.owner
  await sql`
    insert into events.dead_letters (source, position, event_id, reason, content)
    values ('payments', '1', 'evt_dead', 'no', ${JSON.stringify(outboxEvent(1, { event_id: 'evt_dead' }))})`
  const [letter] = await sql<{ number: bigint }>`select number from events.dead_letters`
  const subject = `dead_${letter?.number}`
  for (let time = 0; time < 2; time++)
    await world.call(person, { method: 'POST', url: `/events/operator/dead_letters/${subject}/redrive`, body: {} })
  await world.parts.audit.round()
  expect(told(null)).toMatchObject([
    {
      ...{ action: 'dead_letter.redriven', actor: { type: 'user', id: 'usr_op' }, subject, mode: null },
      detail: { event: 'evt_dead', source: 'payments' },
    },
  ])
})

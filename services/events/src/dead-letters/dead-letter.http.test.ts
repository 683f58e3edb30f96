import type { MerchantPrincipal } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outboxEvent } from '../events.fixture.ts'
import { deadLetter } from '../ingest/ingest.ts'
import { insertDeadLetters } from '../ingest/ingest.store.ts'
import { key, startReceiver, webhookWorld, type Receiver, type WebhookWorld } from '../webhooks.fixture.ts'

let world: WebhookWorld
let receiver: Receiver
const person = { kind: 'session', merchant: 'acct_a', mode: 'test', user: 'usr_1', session: 'ses_1' } as const
const operator: MerchantPrincipal = { ...person, operator: true }
const path = '/events/operator/dead_letters'

beforeAll(async () => {
  world = await webhookWorld()
  receiver = await startReceiver()
  const rows = [
    [outboxEvent(1), 'put aside by mistake'],
    [outboxEvent(2, { type: 'No type' }), 'type has not the form noun.verb_past'],
    [outboxEvent(3), 'put aside by mistake'],
  ] as const
  await insertDeadLetters(
    world.database.db.sql,
    'payments',
    rows.map(([row, reason]) => deadLetter(row, reason)),
  )
  await insertDeadLetters(world.database.db.sql, 'other', [
    { position: '9', event_id: 'evt_9', reason: 'broken', content: 'not JSON' },
  ])
})
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const redrive = (id: string, as: MerchantPrincipal = operator) =>
  world.call(as, { method: 'POST', url: `${path}/${id}/redrive`, body: {} })

describe('GET /events/operator/dead_letters', () => {
  test('200 with each and why, the last first, by pages and by source; what it holds is not shown', async () => {
    const { body } = await world.call(operator, { url: path })
    expect(body.data.map((each) => [each.id, each['source'], each['event'], each['reason']])).toEqual([
      ['dead_4', 'other', 'evt_9', 'broken'],
      ['dead_3', 'payments', 'evt_000003', 'put aside by mistake'],
      ['dead_2', 'payments', 'evt_000002', 'type has not the form noun.verb_past'],
      ['dead_1', 'payments', 'evt_000001', 'put aside by mistake'],
    ])
    const page = await world.call(operator, { url: `${path}?limit=1&starting_after=dead_4&source=payments` })
    expect([page.body.data.map(({ id }) => id), page.body['has_more']]).toEqual([['dead_3'], true])
  })

  for (const [who, as] of [
    ['a key', key()],
    ['a person who runs nothing', person],
  ] as const)
    test(`refused to ${who}`, async () => {
      const answers = [await world.call(as, { url: path }), await redrive('dead_1', as)]
      for (const { status } of answers) expect([401, 403]).toContain(status)
    })
})

describe('POST /events/operator/dead_letters/:id/redrive', () => {
  test('200 makes an event of it, of the next seq, which is delivered; again changes nothing', async () => {
    await world.endpoint({ url: receiver.url })
    await world.store([{}])
    const first = await redrive('dead_1')
    expect([first.status, first.body['redriven']]).toEqual([200, 1_767_225_600])
    expect((await redrive('dead_1')).body).toEqual(first.body)
    const { data } = (await world.call(key(), { url: '/v1/events' })).body
    expect(data[0]).toMatchObject({ id: 'evt_000001', type: 'charge.succeeded', pending_webhooks: 1 })
    expect(data).toHaveLength(2)
    await world.deliver()
    expect(receiver.received.map(({ headers }) => headers['micro-event-seq']).toSorted()).toEqual(['1', '2'])
  })

  for (const [id, reason] of [
    ['dead_2', 'type has not the form'],
    ['dead_4', 'no JSON object'],
  ] as const)
    test(`400 for ${id} that still cannot be one, and why`, async () => {
      const { status, body } = await redrive(id)
      expect([status, body.error.code]).toEqual([400, 'dead_letter_refused'])
      expect(body.error.message).toContain(reason)
    })

  test('400 for one whose id has become an event meanwhile', async () => {
    await world.store([{ id: 'evt_000003' }])
    expect((await redrive('dead_3')).body.error.code).toBe('dead_letter_refused')
  })

  for (const id of ['dead_99', 'dead_x', 'evt_1'])
    test(`404 for ${id}`, async () => expect((await redrive(id)).status).toBe(404))

  test('ten at once make one event', async () => {
    await insertDeadLetters(world.database.db.sql, 'payments', [deadLetter(outboxEvent(50), 'by mistake')])
    const { data } = (await world.call(operator, { url: `${path}?limit=1` })).body
    const answers = await Promise.all(Array.from({ length: 10 }, () => redrive(String(data[0]?.id))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const events = (await world.call(key(), { url: '/v1/events?limit=100' })).body.data
    expect(events.filter(({ id }) => id === 'evt_000050')).toHaveLength(1)
  })
})

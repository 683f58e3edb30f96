import { createHash } from 'node:crypto'
import type { Event, MerchantPrincipal, Mode, ServicePrincipal } from '@micro/contracts'
import { attachContext, type Service } from '@micro/service'
import { eventually, seededIds, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultEventsConfig } from '../config.ts'
import { arraySource, outboxEvent, testRuntime } from '../events.fixture.ts'
import { eventsService } from '../service.ts'
import { connectedMax } from './cli-session.http.ts'

let database: TestDatabase
let service: Service
const rung: unknown[] = []

const key = (merchant: string, mode: Mode = 'test'): MerchantPrincipal => ({
  kind: 'api_key',
  merchant,
  mode,
  keyId: 'key_1',
  scopes: ['*'],
})
const gateway: ServicePrincipal = { kind: 'service', service: 'gateway' }
let principal: MerchantPrincipal | ServicePrincipal = gateway

beforeAll(async () => {
  database = await testDatabase('events')
  const outbox = arraySource()
  for (let at = 1; at <= 5; at++) outbox.rows.push(outboxEvent(at))
  outbox.rows.push(outboxEvent(6, { merchant: 'acct_b' }), outboxEvent(7, { mode: 'live' }))
  const runtime = testRuntime(seededIds(1))
  runtime.bus.subscribe('cli_session.resent', (message) => void rung.push(message))
  service = eventsService({
    ...runtime,
    db: database.db,
    config: { ...defaultEventsConfig, pollMs: 10 },
    sources: { payments: outbox.source },
  })
  service.http.addHook('onRequest', (request, _reply, done) => {
    attachContext(request.raw, { requestId: 'req_test', principal, clientIp: '127.0.0.1' })
    done()
  })
  await service.start()
  await eventually(() => outbox.waiting() === 0)
})
afterAll(async () => {
  await service.stop()
  await database.close()
})

const post = async (url: string, body: object, as: typeof principal = gateway) => {
  principal = as
  const response = await service.http.inject({ method: 'POST', url, payload: body })
  return {
    status: response.statusCode,
    body: response.json<{
      id: string
      after_seq: number
      saved: boolean
      session: { after_seq: number; merchant: string } | null
      events: Event[]
      error: { code: string }
    }>(),
  }
}

const hashOf = (name: string): string => createHash('sha256').update(name).digest('hex')
const open = async (name: string, over: object = {}) => {
  const session = { merchant: 'acct_a', mode: 'test', key_id: 'key_1', device_name: 'desk', features: ['webhooks'] }
  return post('/internal/stripecli/sessions', {
    ...session,
    filters: '',
    sealed_credential: 's1.ws.x',
    websocket_hash: hashOf(name),
    ...over,
  })
}
const resume = (name: string) => post('/internal/stripecli/sessions/resume', { websocket_hash: hashOf(name) })
const save = (name: string, over: object = {}) =>
  post('/internal/stripecli/sessions/save', {
    websocket_hash: hashOf(name),
    merchant: 'acct_a',
    mode: 'test',
    after_seq: 0,
    resent: [],
    connected: true,
    ...over,
  })
const resends = async (name: string, over: object = {}) => {
  const session = { websocket_hash: hashOf(name), merchant: 'acct_a', mode: 'test', ...over }
  return (await post('/internal/stripecli/sessions/resends', session)).body.events.map(({ id }) => id)
}
const event = (at: number): string => `evt_${String(at).padStart(6, '0')}`
const retry = (at: number, as: MerchantPrincipal = key('acct_a')) =>
  post(`/v1/events/${event(at)}/retry`, { for_stripecli: true }, as)

test('a session begins at the newest event of its merchant and mode, and is nobody else’s', async () => {
  expect((await open('begin')).body).toEqual({ after_seq: 5 })
  expect((await open('begin live', { mode: 'live' })).body).toEqual({ after_seq: 1 })
  expect((await open('begin new', { merchant: 'acct_new' })).body).toEqual({ after_seq: 0 })
  expect((await resume('begin')).body.session).toMatchObject({ merchant: 'acct_a', after_seq: 5 })
  expect((await resume('never opened')).body.session).toBeNull()
})

test('its place is remembered, only ever moves forward, and by its own merchant alone', async () => {
  await open('place')
  for (const [after_seq, over] of [
    [9, {}],
    [7, {}],
    [99, { merchant: 'acct_b' }],
    [99, { mode: 'live' }],
  ] as const)
    await save('place', { after_seq, ...over })
  expect((await resume('place')).body.session).toMatchObject({ after_seq: 9 })
  expect((await save('never opened')).body.saved).toBe(false)
})

test('an event is sent once more to each session of its merchant and mode, until that has acknowledged it', async () => {
  await open('one')
  await open('two')
  await open('logs', { features: ['request_logs'] })
  await open('stranger', { merchant: 'acct_b' })
  expect(await retry(2)).toMatchObject({ status: 200, body: { id: event(2) } })
  await retry(2)
  expect(rung.at(-1)).toEqual({ merchant: 'acct_a', mode: 'test' })
  expect([await resends('one'), await resends('two')]).toEqual([[event(2)], [event(2)]])
  expect(await resends('logs')).toEqual([])
  expect([await resends('stranger', { merchant: 'acct_b' }), await resends('one', { merchant: 'acct_b' })]).toEqual([
    [],
    [],
  ])
  await save('one', { resent: [event(2)] })
  expect([await resends('one'), await resends('two')]).toEqual([[], [event(2)]])
})

test('another merchant’s event, and the other mode’s, cannot be sent once more', async () => {
  for (const [at, as] of [
    [6, key('acct_a')],
    [7, key('acct_a')],
    [1, key('acct_b')],
    [99, key('acct_a')],
  ] as const)
    expect(await retry(at, as)).toMatchObject({ status: 404, body: { error: { code: 'resource_missing' } } })
})

test('no more sessions of one key are connected than are allowed, and another key has its own', async () => {
  for (let at = 0; at < connectedMax; at++) {
    await open(`many ${at}`, { key_id: 'key_many' })
    await resume(`many ${at}`)
  }
  expect(await open('one more', { key_id: 'key_many' })).toMatchObject({
    status: 429,
    body: { error: { code: 'stream_limit' } },
  })
  expect((await open('of another key', { key_id: 'key_other' })).status).toBe(200)
  await save('many 0', { connected: false })
  expect((await open('one more', { key_id: 'key_many' })).status).toBe(200)
})

test('of sessions that nobody came back to the newest hundred of a key are kept', async () => {
  for (let at = 0; at < 105; at++) await open(`kept ${at}`, { key_id: 'key_kept' })
  expect((await resume('kept 0')).body.session).toBeNull()
  expect((await resume('kept 104')).body.session).not.toBeNull()
})

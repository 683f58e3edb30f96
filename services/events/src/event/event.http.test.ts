import type { Event, MerchantPrincipal, Mode } from '@micro/contracts'
import { attachContext, type Service } from '@micro/service'
import { eventually, seededIds, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultEventsConfig } from '../config.ts'
import { eventsService } from '../service.ts'
import { arraySource, outboxEvent, testRuntime } from '../events.fixture.ts'

let database: TestDatabase
let service: Service

const key = (merchant: string, mode: Mode = 'test'): MerchantPrincipal => ({
  kind: 'api_key',
  merchant,
  mode,
  keyId: 'key_1',
  scopes: ['*'],
})
let principal: MerchantPrincipal | { kind: 'service'; service: 'gateway' } = key('acct_a')

beforeAll(async () => {
  database = await testDatabase('events')
  const outbox = arraySource()
  const types = ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded'] as const
  for (let at = 1; at <= 12; at++)
    outbox.rows.push(
      outboxEvent(at, { type: types[at % 3] ?? types[0], request_id: `req_${at}`, created: 1_700_000_000 + at - 1 }),
    )
  outbox.rows.push(outboxEvent(13, { merchant: 'acct_b' }), outboxEvent(14, { mode: 'live' }))
  for (const [at, type] of ['ledger.transaction.posted', 'charge.succeeded', 'ledger.account.created'].entries())
    outbox.rows.push(outboxEvent(15 + at, { merchant: 'acct_ledger', type }))
  for (let at = 18; at <= 20; at++)
    outbox.rows.push(
      outboxEvent(at, { merchant: 'acct_large', object: { object: 'charge', text: 'x'.repeat(600_000) } }),
    )
  const told = [
    ['payment_intent.created', { id: 'pi_1', customer: 'cus_1' }],
    ['charge.succeeded', { id: 'ch_1', payment_intent: 'pi_1', customer: 'cus_1' }],
    ['charge.refunded', { object: { id: 'ch_1', payment_intent: 'pi_1' }, previous_attributes: { refunded: false } }],
    ['payment_intent.created', { id: 'pi_2', customer: null }],
    ['customer.created', { id: 'cus_1' }],
    ['ledger.account.created', { id: 'pi_1' }],
    // What is no id, and what PostgreSQL cannot read as text, is stored as everything else is.
    ['charge.succeeded', { id: 'ch_3', payment_intent: { id: 'pi_1' }, customer: 'x'.repeat(300) }],
    ['charge.succeeded', { id: 'ch_4\u0000', payment_intent: 'pi_1\ud800' }],
  ] as const
  for (const [at, [type, object]] of told.entries())
    outbox.rows.push(outboxEvent(21 + at, { merchant: 'acct_related', type, object }))
  service = eventsService({
    ...testRuntime(seededIds(1)),
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

const get = async (url: string, as: typeof principal = key('acct_a')) => {
  principal = as
  const response = await service.http.inject({ method: 'GET', url })
  return {
    status: response.statusCode,
    body: response.json<{ data: Event[]; has_more: boolean; error: { code: string; param: string } }>(),
  }
}
const idOf = (at: number) => `evt_${String(at).padStart(6, '0')}`
const ids = (body: { data: Event[] }) => body.data.map(({ id }) => Number(id.slice(4)))

describe('GET /v1/events/:id', () => {
  test('200 with the whole event', async () => {
    expect(await get(`/v1/events/${idOf(1)}`)).toEqual({
      status: 200,
      body: {
        id: idOf(1),
        object: 'event',
        api_version: '2026-10-28.endive',
        created: 1_700_000_000,
        livemode: false,
        pending_webhooks: 0,
        data: { object: { id: 'ch_1', object: 'charge' } },
        request: { id: 'req_1', idempotency_key: null },
        type: 'charge.succeeded',
      },
    })
  })

  test("404, word for word the same, for an unknown id, another merchant's id and the other mode's", async () => {
    const unknown = await get('/v1/events/evt_000000')
    expect(unknown.status).toBe(404)
    for (const [id, as] of [
      [idOf(13), key('acct_a')],
      [idOf(14), key('acct_a')],
      [idOf(1), key('acct_b')],
      [idOf(1), key('acct_a', 'live')],
    ] as const) {
      const answer = await get(`/v1/events/${id}`, as)
      expect(JSON.stringify(answer).replaceAll(id, 'evt_000000')).toBe(JSON.stringify(unknown))
    }
  })

  test('live events say livemode', async () => {
    expect((await get(`/v1/events/${idOf(14)}`, key('acct_a', 'live'))).body).toMatchObject({ livemode: true })
  })
})

describe('GET /v1/events', () => {
  for (const [query, want, more] of [
    ['', [12, 11, 10, 9, 8, 7, 6, 5, 4, 3], true],
    ['?limit=2', [12, 11], true],
    ['?limit=100', [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], false],
    [`?limit=3&starting_after=${idOf(4)}`, [3, 2, 1], false],
    [`?limit=3&ending_before=${idOf(4)}`, [7, 6, 5], true],
    [`?limit=10&ending_before=${idOf(8)}`, [12, 11, 10, 9], false],
    ['?type=charge.succeeded', [10, 7, 4, 1], false],
    ['?type=payment_intent.*&limit=3', [12, 11, 9], true],
    [`?type=payment_intent.*&limit=10&starting_after=${idOf(9)}`, [8, 6, 5, 3, 2], false],
    ['?type=nothing.known', [], false],
    ['?types[]=charge.succeeded&types[]=payment_intent.created&limit=4', [12, 10, 9, 7], true],
    ['?types[0]=charge.*', [10, 7, 4, 1], false],
    ['?created=1700000004', [5], false],
    ['?created[gte]=1700000004&created[lt]=1700000007', [7, 6, 5], false],
    ['?created[gt]=1700000004&created[lte]=1700000007&limit=2', [8, 7], true],
    [`?created[lt]=1700000007&ending_before=${idOf(2)}&limit=3`, [5, 4, 3], true],
    ['?created[gt]=1700000020', [], false],
  ] as const)
    test(`${query || 'without parameters'} gives ${want.join(', ')}, ${more ? 'and more' : 'and no more'}`, async () => {
      const { status, body } = await get(`/v1/events${query}`)
      expect(status).toBe(200)
      expect([ids(body), body.has_more]).toEqual([want, more])
    })

  test('a merchant sees only their own, in the mode of the key', async () => {
    expect(ids((await get('/v1/events', key('acct_b'))).body)).toEqual([13])
    expect(ids((await get('/v1/events', key('acct_a', 'live'))).body)).toEqual([14])
    expect(ids((await get('/v1/events', key('acct_c'))).body)).toEqual([])
  })

  for (const [query, param] of [
    ['type=charge.succeeded&types[]=charge.failed', 'types'],
    [`${Array.from({ length: 21 }, () => 'types[]=a.b').join('&')}`, 'types'],
    ['created[gte]=yesterday', 'created'],
    ['delivery_success=true', 'delivery_success'],
  ] as const)
    test(`400 for ${query.slice(0, 60)}`, async () => {
      const { status, body } = await get(`/v1/events?${query}`)
      expect([status, body.error.param]).toEqual([400, param])
    })

  test("400 for both cursors, and for another merchant's event as cursor", async () => {
    expect((await get(`/v1/events?starting_after=${idOf(1)}&ending_before=${idOf(2)}`)).status).toBe(400)
    const { status, body } = await get(`/v1/events?starting_after=${idOf(13)}`)
    expect([status, body.error.code, body.error.param]).toEqual([400, 'resource_missing', 'starting_after'])
  })
})

describe('GET /v1/events?related_object=', () => {
  const related = (query: string, as = key('acct_related')) => get(`/v1/events?related_object=${query}`, as)

  for (const [query, want] of [
    ['pi_1', [26, 23, 22, 21]],
    ['ch_1', [23, 22]],
    ['cus_1', [25, 22, 21]],
    ['pi_2', [24]],
    ['ch_3', [27]],
    ['ch_4', []],
    ['nothing', []],
    ['pi_1&type=charge.*', [23, 22]],
    ['pi_1&types[]=charge.refunded&types[]=payment_intent.created', [23, 21]],
    ['pi_1&limit=2', [26, 23]],
    [`pi_1&starting_after=${idOf(23)}`, [22, 21]],
    [`pi_1&limit=1&ending_before=${idOf(22)}`, [23]],
    ['pi_1&created[gt]=1700000000', []],
    ['pi_1&created[lte]=1700000000', [26, 23, 22, 21]],
  ] as const)
    test(`${query} lists ${want.join(', ') || 'nothing'}`, async () =>
      expect(ids((await related(query)).body)).toEqual(want))

  test('a page says whether there are more', async () => {
    expect((await related('pi_1&limit=3')).body.has_more).toBe(true)
    expect((await related('pi_1&limit=4')).body.has_more).toBe(false)
  })

  test("the ledger's are left out for a key that may not read it, and all are for another merchant", async () => {
    const blind = { ...key('acct_related'), scopes: ['events:read'] }
    expect(ids((await related('pi_1', blind)).body)).toEqual([23, 22, 21])
    expect(ids((await related('pi_1', key('acct_b'))).body)).toEqual([])
    expect(ids((await related('pi_1', key('acct_related', 'live'))).body)).toEqual([])
  })
})

describe('GET /internal/stream', () => {
  const stream = (query: string) =>
    get(`/internal/stream?merchant=acct_a&mode=test&${query}`, { kind: 'service', service: 'gateway' })

  for (const [query, seqs] of [
    ['after=0&limit=3', [1, 2, 3]],
    ['after=10', [11, 12]],
    ['after=12', []],
    ['after=0&limit=0', []],
  ] as const)
    test(`${query} gives seqs ${seqs.join(', ') || 'none'} and the head`, async () => {
      const { body } = await stream(query)
      const answer = body as unknown as { head_seq: number; first_seq: number; events: { seq: number }[] }
      expect([answer.events.map(({ seq }) => seq), answer.first_seq, answer.head_seq]).toEqual([seqs, 1, 12])
    })

  test('403 for a merchant', async () => {
    expect((await get('/internal/stream?merchant=acct_b&mode=test&after=0')).status).toBe(403)
  })
})

describe("the ledger's events", () => {
  const reader = (...scopes: string[]): MerchantPrincipal => ({ ...key('acct_ledger'), scopes })

  for (const scopes of [['*'], ['events:read', 'ledger:read'], ['events:read', 'ledger:write']])
    test(`are listed and retrieved with ${scopes.join(' and ')}`, async () => {
      expect(ids((await get('/v1/events', reader(...scopes))).body)).toEqual([17, 16, 15])
      expect(ids((await get('/v1/events?type=ledger.*', reader(...scopes))).body)).toEqual([17, 15])
      expect((await get(`/v1/events/${idOf(15)}`, reader(...scopes))).status).toBe(200)
    })

  test('are to a key that may not read the ledger as if they had never been', async () => {
    const blind = reader('events:read')
    expect(ids((await get('/v1/events', blind)).body)).toEqual([16])
    expect(ids((await get('/v1/events?type=ledger.*', blind)).body)).toEqual([])
    expect(ids((await get('/v1/events?types[]=ledger.transaction.posted', blind)).body)).toEqual([])
    expect(ids((await get(`/v1/events?ending_before=${idOf(16)}`, blind)).body)).toEqual([])
    const [hidden, never] = await Promise.all([
      get(`/v1/events/${idOf(15)}`, blind),
      get(`/v1/events/${idOf(15)}`, key('acct_b')),
    ])
    expect(hidden).toEqual(never)
    expect(hidden.status).toBe(404)
    expect((await get(`/v1/events?starting_after=${idOf(15)}`, blind)).status).toBe(400)
  })
})

test('one who follows events gets large ones a few at a time, and at least one', async () => {
  const after = async (seq: number) => {
    const url = `/internal/stream?merchant=acct_large&mode=test&after=${seq}&limit=100`
    const { body } = await get(url, { kind: 'service', service: 'gateway' })
    return (body as unknown as { events: { seq: number }[] }).events.map((event) => event.seq)
  }
  expect([await after(0), await after(1), await after(2), await after(3)]).toEqual([[1, 2], [2, 3], [3], []])
})

/** Two merchants, two modes, a hundred thousand events in any order: each reader sees its own, whole and in order. */
import type { MerchantPrincipal, Mode, OutboxEvent } from '@micro/contracts'
import { attachContext, type Service } from '@micro/service'
import { eventually, seededIds, seededRandom, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultEventsConfig } from '../config.ts'
import { outboxEvent, testRuntime } from '../events.fixture.ts'
import { eventsService } from '../service.ts'

const count = 100_000
const seed = 20_261_126
const types = ['charge.succeeded', 'payment_intent.created', 'refund.created', 'ledger.transaction.posted']
const tenants = (['acct_a', 'acct_b'] as const).flatMap((merchant) =>
  (['test', 'live'] as const).map((mode) => ({ merchant, mode })),
)
type Tenant = (typeof tenants)[number]
const endpointOf = ({ merchant, mode }: Tenant): string => `we_${merchant}${mode}`.replace('acct_', 'acct')
const nameOf = ({ merchant, mode }: { merchant: string; mode: Mode }): string => `${merchant}/${mode}`

let database: TestDatabase
let service: Service
let principal: MerchantPrincipal | { kind: 'service'; service: 'gateway' }
/** How many each has; every event's object names whose it is, and the how-manieth. */
const made = new Map(tenants.map((tenant) => [nameOf(tenant), 0]))

const mixed = (): OutboxEvent[] => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, at) => {
    const tenant = random.pick(tenants)
    const nth = (made.get(nameOf(tenant)) ?? 0) + 1
    made.set(nameOf(tenant), nth)
    const object = { object: 'charge', id: `ch_${at}`, of: nameOf(tenant), nth }
    return outboxEvent(at, { ...tenant, type: random.pick(types), object })
  })
}

beforeAll(async () => {
  database = await testDatabase('events')
  for (const tenant of tenants)
    await database.owner.sql`
      insert into events.webhook_endpoints (merchant, mode, id, url, enabled_events, metadata, status, secret, signature,
        in_order, concurrency, rate, timeout_seconds, created_at)
      values (${tenant.merchant}, ${tenant.mode}, ${endpointOf(tenant)}, 'https://example.com/', ${['charge.*']}, '{}', 'enabled',
        'sealed', 'stripe', false, 1, 1, 10, now())`
  let waiting = mixed()
  const ended = () => waiting.length === 0
  service = eventsService({
    ...testRuntime(seededIds(1)),
    db: database.db,
    config: { ...defaultEventsConfig, pollMs: 10, webhooks: { ...defaultEventsConfig.webhooks, concurrency: 0 } },
    sources: {
      payments: {
        pullOutbox: ({ query }) => Promise.resolve({ events: waiting.slice(0, query?.limit ?? 500) }),
        acknowledgeOutbox({ body: { positions } }) {
          waiting = waiting.slice(positions.length)
          return Promise.resolve({ acknowledged: positions.length })
        },
      },
    },
  })
  service.http.addHook('onRequest', (request, _reply, done) => {
    attachContext(request.raw, { requestId: 'req_test', principal, clientIp: '127.0.0.1' })
    done()
  })
  await service.start()
  await eventually(ended, { timeoutMs: 600_000 })
}, 660_000)
afterAll(async () => {
  await service?.stop()
  await database?.close()
})

const get = async (url: string, as: typeof principal): Promise<Record<string, unknown>> => {
  principal = as
  const { body, statusCode } = await service.http.inject({ url })
  expect(statusCode, body).toBe(200)
  return JSON.parse(body) as Record<string, unknown>
}
interface Shown {
  readonly id: string
  readonly type: string
  readonly data: { readonly object: { readonly of: string; readonly nth: number } }
}

describe.each(tenants)('$merchant in $mode mode', (tenant: Tenant) => {
  const name = nameOf(tenant)
  const total = () => made.get(name) ?? 0

  test('follows every event of its own, in the order of its seq, and none of anybody else', async () => {
    const [seqs, nths, owners] = [[] as number[], [] as number[], new Set<string>()]
    for (let after = 0; after < total();) {
      const url = `/internal/stream?merchant=${tenant.merchant}&mode=${tenant.mode}&after=${after}&limit=500`
      const page = (await get(url, { kind: 'service', service: 'gateway' })) as {
        events: { seq: number; event: Shown }[]
      }
      for (const { seq, event } of page.events) {
        seqs.push(seq)
        nths.push(event.data.object.nth)
        owners.add(event.data.object.of)
      }
      after = page.events.at(-1)?.seq ?? total()
    }
    const all = Array.from({ length: total() }, (_, at) => at + 1)
    expect([...owners]).toEqual([name])
    expect(seqs).toEqual(all)
    expect(nths).toEqual(all)
  })

  test('lists no more than its own, whatever is asked for, and the ledger’s only to a key that may read it', async () => {
    const key = (scopes: readonly string[]): MerchantPrincipal => ({
      ...{ kind: 'api_key', ...tenant, keyId: 'key_1', scopes },
    })
    for (const [scopes, seesLedger] of [
      [['*'], true],
      [['events:read'], false],
    ] as const)
      for (const query of ['', '&type=charge.*', '&type=ledger.*', '&created[gte]=0']) {
        const { data } = (await get(`/v1/events?limit=100${query}`, key(scopes))) as { data: Shown[] }
        expect([...new Set(data.map((event) => event.data.object.of))]).toEqual(
          query.includes('ledger') && !seesLedger ? [] : [name],
        )
        expect(data.some(({ type }) => type.startsWith('ledger.')) && !seesLedger).toBe(false)
      }
  })

  test('has its endpoint told of what that asks for, of its own alone', async () => {
    const rows = await database.owner.sql<{ endpoint: string; own: bigint; foreign: bigint }>`
      select d.endpoint, count(*) filter (where e.object #>> '{of}' = ${name}) as own,
        count(*) filter (where e.object #>> '{of}' <> ${name} or e.type not like 'charge.%') as foreign
      from events.deliveries d join events.events e on e.id = d.event
      where d.merchant = ${tenant.merchant} and d.mode = ${tenant.mode}
      group by d.endpoint`
    const [counted] = await database.owner.sql<{ wanted: bigint }>`
      select count(*) as wanted from events.events
      where merchant = ${tenant.merchant} and mode = ${tenant.mode} and type like 'charge.%'`
    expect(rows).toEqual([{ endpoint: endpointOf(tenant), own: counted?.wanted, foreign: 0n }])
  })
})

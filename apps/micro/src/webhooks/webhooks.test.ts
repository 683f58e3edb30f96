import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventOf, httpServer, type Seen } from '../gateway.fixture.ts'
import { inProcess } from '../in-process.fixture.ts'

let server: Awaited<ReturnType<typeof httpServer>>
let answer: (seen: Seen) => unknown
beforeEach(async () => {
  server = await httpServer((seen) => ({ status: 200, body: answer(seen) }))
})
afterEach(() => server.close())
const micro = (...args: string[]) => inProcess([...args, '--gateway-url', server.url])
const last = () => server.seen.at(-1)

const endpoint = {
  id: 'we_1',
  object: 'webhook_endpoint',
  url: 'https://example.com/hooks',
  status: 'disabled',
  disabled_reason: 'failing',
  enabled_events: ['charge.*', 'refund.created'],
  description: null,
  failing_since: null,
  created: 1_800_000_000,
}

test('create sends types one by one, and tells the secret', async () => {
  answer = () => ({ ...endpoint, status: 'enabled', disabled_reason: null, secret: 'whsec_x' })
  const { stdout } = await micro(
    ...['webhooks', 'create', '--url', 'https://example.com/hooks', '--events', 'charge.*, refund.created'],
    ...['-d', 'delivery[order]=strict'],
  )
  expect(last()?.body).toBe(
    'url=https%3A%2F%2Fexample.com%2Fhooks&enabled_events[]=charge.*&enabled_events[]=refund.created&delivery[order]=strict',
  )
  expect(stdout).toMatch(/^Secret +whsec_x$/m)
})

test('list says which are off, and why, and has no column of secrets', async () => {
  answer = () => ({ object: 'list', url: '', has_more: false, data: [endpoint] })
  const { stdout } = await micro('webhooks', 'list')
  expect(stdout).toMatch(
    /^ENDPOINT +URL +STATUS +EVENTS +CREATED\nwe_1 +https:\/\/example\.com\/hooks +disabled \(failing\) +charge\.\* refund\.created /,
  )
})

test('a test that does not get through is shown, and ends with 1', async () => {
  const result = {
    delivered: false,
    status: 500,
    error: 'It answered 500.',
    duration_ms: 12,
    response: { body: 'it\nbroke' },
  }
  answer = () => ({ object: 'webhook_test', webhook_endpoint: 'we_1', event_type: 'webhook_endpoint.ping', result })
  expect(await micro('webhooks', 'test', 'we_1')).toEqual({
    code: 1,
    stdout: '[500] webhook_endpoint.ping to we_1 (12 ms)\nit broke\n',
    stderr: 'Error: It answered 500.\n',
  })
  expect((await micro('webhooks', 'test', 'we_1', '--json')).code).toBe(1)
})

test('deliveries, their attempts, and one sent again', async () => {
  const one = {
    id: 'dlv_1',
    event: 'evt_1',
    event_type: 'charge.failed',
    webhook_endpoint: 'we_1',
    status: 'failed',
    attempts: 10,
    last_status: null,
    last_error: 'no answer within 10 s',
    next_attempt: null,
    created: 1_800_000_000,
  }
  const attempt = {
    number: 1,
    created: 1_800_000_000,
    result: { status: 404, duration_ms: 5, error: null, response: { body: 'gone' } },
  }
  answer = ({ path, method }) =>
    method === 'POST' ? one : { object: 'list', has_more: false, data: [path.includes('attempts') ? attempt : one] }
  expect((await micro('webhooks', 'deliveries', '--status', 'failed', '--from', '2026-01-31')).stdout).toMatch(
    /^dlv_1 +charge\.failed +evt_1 +we_1 +failed +10 +no answer within 10 s /m,
  )
  expect(last()?.path).toMatch(/^\/events\/deliveries\?created\[gte\]=1769817600&status=failed&limit=20/)
  expect((await micro('webhooks', 'attempts', 'dlv_1')).stdout).toMatch(/^ +1 +404 +5 +gone +2027/m)
  // Answered whole: it knows no pages.
  expect(last()?.path).toBe('/events/deliveries/dlv_1/attempts')
  expect((await micro('webhooks', 'retry', 'dlv_1')).code).toBe(0)
  expect(last()).toMatchObject({ path: '/events/deliveries/dlv_1/resend', body: '{}' })
})

test('a deleted endpoint is only said to be gone', async () => {
  answer = () => ({ id: 'we_1', object: 'webhook_endpoint', deleted: true })
  expect(await micro('webhooks', 'delete', 'we_1')).toEqual({ code: 0, stdout: 'Deleted we_1.\n', stderr: '' })
})

test('rotate says in seconds how long the old secret is good for', async () => {
  answer = () => ({ ...endpoint, secret: 'whsec_new' })
  await micro('webhooks', 'rotate', 'we_1', '--expires-in', '2h')
  expect(last()).toMatchObject({ path: '/v1/webhook_endpoints/we_1/rotate_secret', body: 'expires_in=7200' })
})

test('events are listed by type, shown whole, and sent again', async () => {
  answer = ({ path, method }) =>
    method === 'POST' || path.endsWith('evt_1') ? eventOf(1) : { object: 'list', has_more: false, data: [eventOf(1)] }
  expect((await micro('events', 'list', '--type', 'charge.*')).stdout).toMatch(
    /^evt_1 +payment_intent\.succeeded +pi_1 /m,
  )
  expect(last()?.path).toBe('/v1/events?type=charge.*&limit=20')
  expect((await micro('events', 'show', 'evt_1')).stdout).toContain('"object": {\n    "id": "pi_1"\n  }')
  await micro('events', 'resend', 'evt_1', '--webhook-endpoint', 'we_1')
  expect(last()).toMatchObject({ path: '/v1/events/evt_1/retry', body: 'webhook_endpoint=we_1' })
})

test('replay asks again until all are sent, each time behind the last', async () => {
  const pages = [
    { count: 10_000, has_more: true, last_seq: 12_345 },
    { count: 7, has_more: false, last_seq: 12_400 },
  ]
  answer = () => pages[server.seen.length - 1]
  const { stdout } = await micro(
    ...['events', 'replay', '--to', 'we_1', '--since', '2h', '--type', 'charge.*,refund.created', '--missing'],
  )
  expect(stdout).toBe('10,007 events are being sent to we_1 again.\n')
  const base = {
    webhook_endpoint: 'we_1',
    which: 'missing',
    created: { gte: -7200 },
    types: ['charge.*', 'refund.created'],
  }
  expect(server.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([base, { ...base, seq: { gte: 12_346 } }])
})

test('a dry run only counts', async () => {
  answer = () => ({ count: 1, has_more: false, last_seq: 5 })
  expect((await micro('events', 'replay', '--to', 'we_1', '--dry-run')).stdout).toBe(
    '1 event would be sent to we_1 again.\n',
  )
  expect(JSON.parse(last()?.body ?? '')).toEqual({ webhook_endpoint: 'we_1', which: 'failed', dry_run: true })
  expect(JSON.parse((await micro('events', 'replay', '--to', 'we_1', '--dry-run', '--json')).stdout)).toEqual({
    webhook_endpoint: 'we_1',
    dry_run: true,
    count: 1,
  })
})

for (const [args, message] of [
  [['--failed', '--all'], 'give one'],
  [['--type', 'charge.sucked'], "There is no event type 'charge.sucked'"],
  [['--since', 'soon'], 'It must be a time such as'],
  [['--since', '2026-02-01', '--until', '2026-01-01'], 'is after'],
] as const)
  test(`replay ${args.join(' ')} sends nothing`, async () => {
    const { code, stderr } = await micro('events', 'replay', '--to', 'we_1', ...args)
    expect([code, stderr, server.seen]).toEqual([2, expect.stringContaining(message), []])
  })

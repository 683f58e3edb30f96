import { Agent } from 'node:http'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { eventually, freePort, startCollector, type TestCollector } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, pay, type Merchant } from './api.ts'
import { isAlive, micro, removeTemporaryDirectories, root, type Micro } from './harness.ts'
import { steadyLoad } from './load.ts'

let port: number
let collector: TestCollector
let platform: Micro
let merchant: Merchant

const begin = async (dataDir?: string): Promise<void> => {
  platform = await micro({
    env: { METRICS_PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, MICRO_LOGIN_RATE_LIMIT: '0' },
    ...(dataDir === undefined ? {} : { dataDir }),
  })
}
beforeAll(async () => {
  collector = await startCollector()
  port = await freePort()
  await begin()
  merchant = await newMerchant(platform.url)
}, 180_000)
afterAll(async () => {
  await platform.stop()
  await collector[Symbol.asyncDispose]()
  await removeTemporaryDirectories()
}, 180_000)

const look = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  return { status: response.status, text: await response.text() }
}

describe('one process for everything is looked at like five', () => {
  test('it counts a payment from the door to the ledger and the event', async () => {
    expect((await pay(merchant.test)).status).toBe(200)
    await eventually(async () => {
      const { text } = await look('/metrics')
      for (const line of [
        'micro_http_requests_total{service="gateway",route="/payments/payment_intents/:id/confirm",method="POST",status="2xx"} 1',
        'micro_charges_total{service="payments",mode="test",outcome="succeeded"} 1',
        'micro_posting_duration_seconds_count{service="ledger",outcome="recorded"} 1',
        'micro_ingest_events_total{service="events",source="payments",outcome="stored"} 3',
        'micro_idempotency_keys_total{service="payments",outcome="claimed"} 2',
        'micro_movements_waiting{service="payments"} 0',
        'micro_outbox_rows{service="payments"} 0',
        'micro_limiter_exact{service="gateway"} 1',
      ])
        expect(text.split('\n')).toContain(line)
      expect(text).toMatch(/^process_cpu_seconds_total \d/m)
      expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m)
    })
  })

  test('a payment is one trace over the services in it', async () => {
    const created = await merchant.test('POST', '/v1/payment_intents', { body: { amount: 5000, currency: 'usd' } })
    const confirmed = await merchant.test('POST', `/v1/payment_intents/${created.body.id}/confirm`, {
      body: { payment_method: 'pm_card_visa' },
    })
    await eventually(() => {
      const first = collector.spans.find(
        ({ facts }) => facts['micro.request_id'] === confirmed.headers.get('request-id'),
      )
      expect(first).toMatchObject({ service: 'gateway', name: 'POST /v1/payment_intents/:id/confirm' })
      const spans = collector.spans.filter(({ traceId }) => traceId === first?.traceId)
      const ids = new Set(spans.map(({ spanId }) => spanId))
      expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toEqual([first])
      expect(spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId))).toEqual([])
      expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['gateway', 'payments', 'ledger']))
      for (const name of ['confirmPaymentIntent', 'processor charge', 'post charge', 'ledger posting'])
        expect(spans.map((span) => span.name)).toContain(name)
    })
  })

  test('it is ready when all its services are', async () => {
    const { status, text } = await look('/readyz')
    const services = ['gateway', 'auth', 'ledger', 'payments', 'events']
    expect([status, JSON.parse(text)]).toMatchObject([200, { status: 'ok' }])
    expect(Object.keys((JSON.parse(text) as { services: object }).services)).toEqual(services)
    expect((await look('/livez')).status).toBe(200)
    expect((await look('/health')).status).toBe(404)
  })

  test('none of it is behind the public door, whose health tells of bus and limiter', async () => {
    expect((await fetch(`${platform.url}/metrics`)).status).toBe(404)
    const { body } = await caller(platform.url)('GET', '/health')
    expect(body).toMatchObject({ status: 'ok', bus: { status: 'ok' }, limiter: { status: 'exact' } })
  })
})

test('the guide describes every metric, in its own words, and none that is not', async () => {
  const guide = await readFile(join(root, 'docs/guides/observe.md'), 'utf8')
  const described = [...guide.matchAll(/^\| `(micro_\w+)` \| (\w+) \| [^|]* \| (.*) \|$/gm)].map(
    ([, name, type, help]) => `${name} ${type} ${help}`,
  )
  const { text } = await look('/metrics')
  const told = [...text.matchAll(/^# HELP (micro_\w+) (.*)\n# TYPE \1 (\w+)$/gm)].map(
    ([, name, help, type]) => `${name} ${type} ${help}`,
  )
  expect(described.toSorted()).toEqual(told.toSorted())
  // Every label that has a value is named in its metric's row.
  for (const [, name = '', labels = ''] of text.matchAll(/^(micro_\w+?)(?:_bucket|_sum|_count)?\{(.*)\} /gm)) {
    const row = guide.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? ''
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g))
      if (!['service', 'le'].includes(label)) expect(row, name).toContain(`\`${label}\``)
  }
})

test('asked to end under load it fails no request it accepted, and what it answered is there afterwards', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const load = steadyLoad({
    agent,
    url: `${platform.url}/v1/payment_intents`,
    headers: { authorization: `Bearer ${merchant.key}` },
    clients: 8,
  })
  const paid: string[] = []
  const paying = (async () => {
    for (;;) {
      const answer = await pay(merchant.test).catch(() => undefined)
      if (answer?.status !== 200) return
      paid.push(String(answer.body.id))
    }
  })()
  await eventually(() => load.outcomes.length >= 50 && paid.length >= 3)
  const { dataDir } = platform
  const ended = await platform.stop()
  await Promise.all([load.stop(), paying])
  agent.destroy()
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  expect(load.outcomes.filter((outcome) => ![200, 503, 'not accepted'].includes(outcome))).toEqual([])
  expect(await readFile(join(dataDir, 'logs/micro.log'), 'utf8')).not.toContain('"aborted":true')
  await begin(dataDir)
  const again = caller(platform.url, merchant.key)
  for (const id of paid) expect((await again('GET', `/v1/payment_intents/${id}`)).body.status).toBe('succeeded')
})

test('asked twice it ends at once with everything it started, and loses nothing', async () => {
  const { body } = await pay(caller(platform.url, merchant.key))
  const { dataDir, pid, running } = platform
  const postmaster = Number((await readFile(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0])
  // A request whose body does not end: without the second signal it would be waited for.
  const socket = connect(Number(new URL(platform.url).port), '127.0.0.1')
  socket.on('error', () => {})
  const head = ['POST /v1/payment_intents HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${merchant.key}`]
  socket.write([...head, 'Content-Length: 10', '', 'amount'].join('\r\n'))
  await eventually(async () =>
    expect((await look('/metrics')).text).toContain('micro_http_requests_in_flight{service="gateway"} 1'),
  )
  const asking = setInterval(() => running.child.kill('SIGTERM'), 200)
  const { code } = await running.ended
  clearInterval(asking)
  socket.destroy()
  expect(code).toBe(143)
  await eventually(() => expect([pid, postmaster].filter(isAlive)).toEqual([]), { timeoutMs: 60_000 })
  await begin(dataDir)
  const again = await caller(platform.url, merchant.key)('GET', `/v1/payment_intents/${body.id}`)
  expect(again.body.status).toBe('succeeded')
})

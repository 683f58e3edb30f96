import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import {
  eventually,
  freePort,
  redisAvailable,
  startCollector,
  type CollectedSpan,
  type TestCollector,
} from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, pay, type Merchant } from './api.ts'
import { names, startDistributed, type Distributed, type Name } from './distributed.fixture.ts'
import { steadyLoad } from './load.ts'

const services = ['auth', 'payments', 'ledger', 'events'] as const

describe.skipIf(!redisAvailable())('five processes, looked at from outside', { timeout: 180_000 }, () => {
  const ports = {} as Record<Name, number>
  let collector: TestCollector
  let world: Distributed
  let merchant: Merchant

  beforeAll(async () => {
    collector = await startCollector()
    for (const name of names) ports[name] = await freePort()
    world = await startDistributed({
      env: (name) => ({
        METRICS_PORT: String(ports[name]),
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        ...(name === 'gateway' ? { MICRO_LOGIN_RATE_LIMIT: '0' } : {}),
      }),
    })
    await Promise.all(names.map(world.run))
    merchant = await newMerchant(world.urls.gateway)
  }, 180_000)
  afterAll(async () => {
    await world?.stop()
    await collector?.[Symbol.asyncDispose]()
  }, 180_000)

  const look = async (name: Name, path: string) => {
    const response = await fetch(`http://127.0.0.1:${ports[name]}${path}`)
    return { status: response.status, text: await response.text() }
  }

  const traceOf = (traceId: string): CollectedSpan[] => collector.spans.filter((span) => span.traceId === traceId)

  test('a payment is one trace through gateway, payments and ledger, in the trace its client named', async () => {
    const created = await merchant.test('POST', '/v1/payment_intents', {
      body: { amount: 5000, currency: 'usd' },
      key: randomUUID(),
    })
    const traceId = randomUUID().replaceAll('-', '')
    const confirmed = await merchant.test('POST', `/v1/payment_intents/${created.body.id}/confirm`, {
      body: { payment_method: 'pm_card_visa' },
      key: randomUUID(),
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    })
    expect(confirmed.status).toBe(200)
    const path = [
      ['gateway', 'POST /v1/payment_intents/:id/confirm'],
      ['gateway', 'upstream payments'],
      ['payments', 'POST /v1/payment_intents/:id/confirm'],
      ['payments', 'confirmPaymentIntent'],
      ['payments', 'post charge'],
      ['ledger', 'POST /internal/transactions'],
      ['ledger', 'postSystemTransaction'],
      ['ledger', 'ledger posting'],
      ['ledger', 'ledger flight'],
      ['ledger', 'database transaction'],
    ] as const
    await eventually(() => {
      const spans = traceOf(traceId)
      // From the last step to the first, by what each says of its parent.
      let parent: string | undefined
      for (const [at, [service, name]] of path.entries()) {
        const span = spans.find((one) => one.service === service && one.name === name && one.parentSpanId === parent)
        if (at === 0) {
          const root = spans.find((one) => one.parentSpanId === 'b7ad6b7169203331')
          expect(root).toMatchObject({ service, name })
          parent = root?.spanId
          continue
        }
        expect(span, `${service}: ${name}`).toBeDefined()
        parent = span?.spanId
      }
      expect(spans.map(({ name }) => name)).toContain('processor charge')
    })
    const requestId = confirmed.headers.get('request-id')
    expect(traceOf(traceId).find(({ service }) => service === 'gateway')?.facts['micro.request_id']).toBe(requestId)
    for (const name of ['gateway', 'payments', 'ledger'] as const)
      expect(world.logOf(name)).toMatch(new RegExp(`"trace_id":"${traceId}"`))
  })

  test('looking after outboxes and streams begins no traces', () => {
    const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === undefined)
    expect(roots.filter(({ service }) => !['gateway', 'events'].includes(service))).toEqual([])
  })

  test('neither traces nor metrics hold a secret, a card number, a query, or an address', async () => {
    const [card, secret] = ['4242424242424242', `planted${randomUUID()}`]
    const sk = merchant.key
    await merchant.test('POST', `/v1/payment_intents?secret=${secret}`, { form: `description=${secret}&amount=1` })
    await merchant.test('GET', `/v1/payment_intents/${secret}?${secret}=${secret}`)
    await merchant.test('POST', '/v1/payment_intents', { body: { amount: 5000, currency: 'usd', description: card } })
    await caller(world.urls.gateway, `sk_test_${secret}`)('GET', '/v1/events', { headers: { cookie: secret } })
    await caller(world.urls.gateway)('POST', '/auth/login', {
      body: { email: `${secret}@example.com`, password: secret },
    })
    const last = await merchant.test('GET', `/${secret}/${secret}`, {
      headers: { tracestate: secret, baggage: secret },
    })
    await eventually(() => expect(collector.text()).toContain(last.headers.get('request-id')))
    const told = [
      collector.text(),
      ...(await Promise.all(names.map(async (name) => (await look(name, '/metrics')).text))),
    ]
    for (const planted of [secret, card, sk, merchant.token, merchant.password, merchant.email, merchant.keyId])
      expect(told.join('\n')).not.toContain(planted)
    for (const metrics of told.slice(1))
      expect(metrics).not.toMatch(/\b(acct|req|pi|ch|usr|evt|key)_\w{16}|127\.0\.0\.1/)
  })

  test('every process counts what it does, and is ready', async () => {
    for (const path of ['/v1/events', '/ledger/accounts']) expect((await merchant.test('GET', path)).status).toBe(200)
    for (const name of names) {
      const { status, text } = await look(name, '/metrics')
      expect(status).toBe(200)
      expect(text).toContain(`micro_http_requests_total{service="${name}",`)
      expect(text).toContain(`micro_bus_up{service="${name}"} 1`)
      expect(await look(name, '/readyz')).toMatchObject({ status: 200 })
      expect(await look(name, '/livez')).toMatchObject({ status: 200 })
      // Not for the public: its own door does not have them.
      expect((await fetch(`${world.urls[name]}/metrics`)).status).not.toBe(200)
    }
    expect((await look('payments', '/metrics')).text).toContain(
      'micro_charges_total{service="payments",mode="test",outcome="succeeded"} 1',
    )
    expect((await look('ledger', '/metrics')).text).toContain(
      'micro_posting_duration_seconds_count{service="ledger",outcome="recorded"} 1',
    )
  })

  test('a revoked key is known to be heard of, and when', async () => {
    const { body } = await merchant.session('POST', '/auth/api_keys', { body: { environment: 'test' } })
    await merchant.session('DELETE', `/auth/api_keys/${body.id}`)
    await eventually(async () =>
      expect((await look('gateway', '/metrics')).text).toMatch(/micro_revocation_lag_seconds_count\S+ [1-9]/),
    )
  })

  test('without Redis everything goes on, and says that it is degraded and why', async () => {
    await world.redis.kill()
    await eventually(async () => {
      const { status, body } = await caller(world.urls.gateway)('GET', '/health')
      expect([status, body]).toMatchObject([
        200,
        { status: 'degraded', bus: { status: 'away', reason: /Redis/ }, limiter: { status: 'local', reason: /Redis/ } },
      ])
    })
    for (const name of names)
      await eventually(async () => {
        const { status, text } = await look(name, '/readyz')
        expect([status, JSON.parse(text)]).toMatchObject([200, { status: 'degraded' }])
      })
    for (const name of services) expect((await fetch(`${world.urls[name]}/readyz`)).status).toBe(200)
    expect((await pay(merchant.test)).body.status).toBe('succeeded')
    expect((await look('gateway', '/metrics')).text).toContain('micro_limiter_exact{service="gateway"} 0')
    await world.redis.restart()
    await eventually(async () => expect((await caller(world.urls.gateway)('GET', '/health')).body.status).toBe('ok'), {
      timeoutMs: 60_000,
    })
  })

  for (const name of ['payments', 'gateway'] as const)
    test(`${name} asked to end under load fails no request it accepted, and ends with 0`, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 8 })
      const load = steadyLoad({
        agent,
        url: `${world.urls.gateway}/v1/payment_intents`,
        headers: { authorization: `Bearer ${merchant.key}` },
        clients: 8,
      })
      await eventually(() => load.outcomes.length >= 50)
      const ended = await world.end(name, 'SIGTERM')
      expect([ended.code, ended.signal]).toEqual([0, null])
      await load.stop()
      agent.destroy()
      // Of a service that ends, the gateway says so; of the gateway itself, clients are told before, or turned away.
      const unexpected = load.outcomes.filter((outcome) => ![200, 503, 'not accepted'].includes(outcome))
      expect(unexpected).toEqual([])
      expect(world.logOf(name)).toContain('service.stopped')
      expect(world.logOf(name)).not.toContain('"aborted":true')
      await world.run(name)
      expect((await merchant.test('GET', '/v1/payment_intents')).status).toBe(200)
    })

  test('a process about to end is not ready while it still answers, and ends at once when asked again', async () => {
    const socket = connect(Number(new URL(world.urls.gateway).port), '127.0.0.1')
    socket.on('error', () => {})
    // A request whose body does not end keeps the gateway from ending.
    const head = ['POST /v1/payment_intents HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${merchant.key}`]
    socket.write([...head, 'Content-Length: 10', '', 'amount'].join('\r\n'))
    await eventually(async () =>
      expect((await look('gateway', '/metrics')).text).toContain('micro_http_requests_in_flight{service="gateway"} 1'),
    )
    world.signal('gateway', 'SIGTERM')
    await eventually(async () => {
      const { status, text } = await look('gateway', '/readyz')
      expect([status, JSON.parse(text)]).toMatchObject([503, { status: 'stopping' }])
    })
    expect((await look('gateway', '/livez')).status).toBe(200)
    // As a supervisor that has lost its patience: what comes within a second counts as the same request.
    const asking = setInterval(() => world.signal('gateway', 'SIGTERM'), 200)
    const { code } = await world.ended('gateway')
    clearInterval(asking)
    socket.destroy()
    // By the signal: had it waited the ten seconds, it would have ended by itself.
    expect(code).toBe(143)
    await world.run('gateway')
  })

  test('without PostgreSQL a service lives but is not ready, and the gateway says that it cannot serve', async () => {
    await world.postgres.stop()
    for (const name of services)
      await eventually(async () => expect((await look(name, '/readyz')).status, name).toBe(503), { timeoutMs: 60_000 })
    for (const name of names) expect((await look(name, '/livez')).status).toBe(200)
    await eventually(async () => expect((await fetch(`${world.urls.gateway}/health`)).status).toBe(503))
    expect((await look('gateway', '/readyz')).status).toBe(503)
    const { status, text } = await look('payments', '/metrics')
    expect(status).toBe(200)
    expect(text).not.toMatch(/^micro_outbox_rows\{/m)
  })
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLogger } from './log.ts'
import { createMetricsRegistry, type MetricsRegistry } from './metrics/registry.ts'
import { serveObservation, type ObserveServer, type ReadyChecks } from './observe-server.ts'
import { createReadiness, publicReason, type Readiness } from './readiness.ts'

const log = createLogger({ service: 'test', destination: { write: () => {} } })
const ok: Readiness = { status: 'ok', warnings: [] }
let registry: MetricsRegistry
let checks: ReadyChecks | undefined
let server: ObserveServer

beforeEach(async () => {
  registry = createMetricsRegistry()
  checks = undefined
  server = await serveObservation({ host: '127.0.0.1', port: 0, registry, log, ready: () => checks })
})
afterEach(() => server.close())

const get = async (path: string, method = 'GET') => {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const readyz = async () => {
  const { status, text } = await get('/readyz')
  return [status, JSON.parse(text)] as const
}

test('metrics are told in the text format of Prometheus', async () => {
  registry.of('auth').counter({ name: 'micro_things_total', help: 'Things.' })({}, 3)
  const { status, headers, text } = await get('/metrics')
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text).toContain('# HELP micro_things_total Things.\n# TYPE micro_things_total counter\n')
  expect(text).toContain('micro_things_total{service="auth"} 3')
})

test('however many look at once, what is expensive to know is asked once', async () => {
  const gate = Promise.withResolvers<void>()
  let reads = 0
  registry.of('auth').gauge({ name: 'micro_depth', help: 'Depth.' }, async () => {
    reads++
    await gate.promise
    return 1
  })
  const both = [get('/metrics'), get('/metrics')]
  await get('/livez')
  gate.resolve()
  for (const { text } of await Promise.all(both)) expect(text).toContain('micro_depth{service="auth"} 1')
  expect(reads).toBe(1)
})

for (const [method, path] of [
  ['GET', '/'],
  ['GET', '/health'],
  ['GET', '/metrics/'],
  ['GET', '/metrics?x=1'],
  ['GET', '/__proto__'],
  ['POST', '/metrics'],
  ['DELETE', '/livez'],
] as const)
  test(`${method} ${path} is not there`, async () => {
    const { status, text } = await get(path, method)
    expect([status, JSON.parse(text)]).toMatchObject([404, { error: { type: 'invalid_request_error' } }])
  })

test('the process lives while nothing it needs does', async () => {
  checks = { ledger: () => new Promise(() => {}) }
  expect((await get('/livez')).status).toBe(200)
})

test('ready is a process that has started, whose services all are, and that is not about to end', async () => {
  expect(await readyz()).toMatchObject([503, { status: 'starting' }])
  checks = { auth: () => Promise.resolve(ok), ledger: () => Promise.resolve(ok) }
  expect(await readyz()).toEqual([200, { status: 'ok', services: { auth: ok, ledger: ok } }])
  checks = {
    auth: () => Promise.resolve(ok),
    ledger: () => Promise.resolve({ status: 'degraded', warnings: ['slow'] }),
  }
  expect(await readyz()).toMatchObject([200, { status: 'degraded', services: { ledger: { warnings: ['slow'] } } }])
  checks = { auth: () => Promise.resolve(ok), ledger: () => Promise.resolve({ status: 'unavailable', warnings: [] }) }
  expect(await readyz()).toMatchObject([503, { status: 'unavailable' }])
  checks = { auth: () => Promise.resolve(ok) }
  server.drain()
  expect(await readyz()).toMatchObject([503, { status: 'stopping' }])
  expect((await get('/livez')).status).toBe(200)
})

test('a service is not ready without its database, degraded without Redis, and says nothing secret of either', async () => {
  const bus = { status: () => 'ready' as 'ready' | 'away' }
  let check = (): Promise<void> => Promise.resolve()
  const ready = createReadiness({ check: () => check(), bus, log })
  expect(await ready()).toEqual(ok)
  bus.status = () => 'away'
  expect(await ready()).toMatchObject({ status: 'degraded', warnings: [/^Redis is away/] })
  check = () => Promise.reject(new Error('connect ECONNREFUSED postgres://ledger:secret@10.0.0.7'))
  const down = await ready()
  expect(down.status).toBe('unavailable')
  expect(JSON.stringify(down)).not.toMatch(/secret@|10\.0\.0\.7/)
})

test('a database that hangs is told within two seconds', async () => {
  const ready = createReadiness({ check: () => new Promise(() => {}), bus: { status: () => 'ready' }, log })
  expect(await ready()).toEqual({ status: 'unavailable', warnings: ['It did not answer within 2000 ms.'] })
})

test('an error nobody expected keeps its words for the log', () => {
  expect(publicReason(new Error('secret'))).not.toContain('secret')
})

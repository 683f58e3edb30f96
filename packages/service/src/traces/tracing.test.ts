import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Fault, monotonicMs } from '@micro/kernel'
import { newApiKey } from '@micro/signing'
import { eventually, freePort, startCollector, type TestCollector } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readTraceparent } from './trace-context.ts'
import { startTracing, type Tracing } from './tracing.ts'
import { noTraces } from './traces.ts'

const client = readTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00')!
const errors: unknown[] = []
const start = (endpoint: string, ratio = 1): Promise<Tracing> =>
  startTracing({ endpoint, ratio }, { version: '1.2.3', onError: (error) => void errors.push(error) })

let collector: TestCollector
let tracing: Tracing
beforeEach(async () => {
  errors.length = 0
  collector = await startCollector()
  tracing = await start(collector.url)
})
afterEach(async () => {
  await tracing.close()
  await collector[Symbol.asyncDispose]()
})

const collected = async () => {
  await tracing.close()
  return collector.spans
}
const nothing = (): Promise<void> => Promise.resolve()

test('the steps of a request are one trace, over services in one process and over asynchronous work', async () => {
  const [gateway, ledger] = [tracing.of('gateway'), tracing.of('ledger')]
  const request = gateway.begin('request', { kind: 'server', parent: undefined })
  await gateway.within(request.at, () =>
    ledger.step('post', {}, async () => {
      await new Promise(setImmediate)
      await ledger.step('commit', {}, nothing)
    }),
  )
  request.end({ name: 'POST /things', status: 201 })
  const spans = await collected()
  const [commit, post, root] = ['commit', 'post', 'POST /things'].map((name) => spans.find((one) => one.name === name))
  expect([commit, post, root]).toMatchObject([
    { name: 'commit', service: 'ledger' },
    { name: 'post', service: 'ledger' },
    { name: 'POST /things', service: 'gateway', parentSpanId: undefined, facts: { 'http.response.status_code': 201 } },
  ])
  expect([commit?.parentSpanId, post?.parentSpanId]).toEqual([post?.spanId, root?.spanId])
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
})

test('what is asked outside of any request begins no trace; work of its own does', async () => {
  const events = tracing.of('events')
  expect(await events.step('poll', {}, async () => 1)).toBe(1)
  expect(await events.root('ingest', { facts: { 'micro.events': 3 } }, async () => events.traceparent())).toMatch(
    /^00-/,
  )
  expect(events.traceparent()).toBeUndefined()
  expect((await collected()).map(({ name, facts }) => [name, facts])).toEqual([['ingest', { 'micro.events': 3 }]])
})

describe('a client', () => {
  test('may name the trace its request belongs to', async () => {
    const request = tracing.of('gateway').begin('request', { parent: client })
    expect(request.at?.traceId).toBe(client.traceId)
    request.end({ name: 'GET /', status: 200 })
    expect(await collected()).toMatchObject([{ traceId: client.traceId, parentSpanId: client.spanId }])
  })

  test('neither hides its requests by saying that the trace is not kept, nor has them kept by saying that it is', async () => {
    const sampled = readTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
    tracing.of('gateway').begin('request', { parent: client }).end({ name: 'hidden', status: 200 })
    expect((await collected()).map(({ name }) => name)).toEqual(['hidden'])
    tracing = await start(collector.url, 0)
    tracing.of('gateway').begin('request', { parent: sampled }).end({ name: 'kept', status: 200 })
    expect((await collected()).map(({ name }) => name)).toEqual(['hidden'])
  })
})

test("among our own processes the gateway's word counts, so that a trace is kept whole or not at all", async () => {
  tracing.of('ledger').begin('request', { parent: client }).end({ name: 'not kept', status: 200 })
  expect(await collected()).toEqual([])
})

test('nothing an error says leaves the process', async () => {
  const key = newApiKey('live')
  const { root } = tracing.of('payments')
  await root('bug', {}, () => Promise.reject(new Error(`4242424242424242 ${key}`))).catch(() => {})
  await root('refusal', {}, () => Promise.reject(new Fault('api_key_invalid', { key }))).catch(() => {})
  await root('outage', {}, () => Promise.reject(new Fault('internal', {}, { cause: new Error(key) }))).catch(() => {})
  expect((await collected()).map(({ name, failed, facts }) => [name, failed, facts['error.type']])).toEqual([
    ['bug', true, 'Error'],
    ['refusal', false, 'api_key_invalid'],
    ['outage', true, 'internal'],
  ])
  expect(collector.text()).not.toMatch(/42424242|sk_live/)
})

describe('a collector that', () => {
  const spans = (count: number): void => {
    const gateway = tracing.of('gateway')
    for (let at = 0; at < count; at++) gateway.begin('request', { parent: undefined }).end({ name: 'x', status: 200 })
  }

  test('is not there neither fails nor delays a request, and is told of in the log', async () => {
    await tracing.close()
    tracing = await start(`http://127.0.0.1:${await freePort()}`)
    // More than are kept waiting: the rest is dropped.
    spans(10_000)
    await eventually(() => errors.length > 0, { timeoutMs: 60_000 })
  })

  test('never answers holds up the end for a few seconds at most', async () => {
    collector.hang()
    spans(10)
    const beganMs = monotonicMs()
    await tracing.close()
    expect(monotonicMs() - beganMs).toBeLessThan(20_000)
  })
})

describe('without a collector', () => {
  test('work simply runs, and what a client brought is passed on', async () => {
    const traces = noTraces()
    expect(await traces.step('step', {}, async () => 1)).toBe(1)
    expect(traces.begin('request', { parent: undefined }).at).toBeUndefined()
    expect(traces.begin('request', { parent: client }).at?.traceId).toBe(client.traceId)
  })

  const tracingModule = fileURLToPath(new URL('tracing.ts', import.meta.url))
  const loadedBy = async (config: string): Promise<string[]> => {
    const program = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      const { startTracing } = await import(${JSON.stringify(tracingModule)})
      const tracing = await startTracing(${config}, { version: '1', onError: () => {} })
      tracing.of('gateway')
      await tracing.close()
      console.log(loaded.join('\\n'))`
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    return stdout.split('\n').flatMap((url) => /@opentelemetry\/([\w-]+)/.exec(url)?.[1] ?? [])
  }

  test("nothing of OpenTelemetry's SDK is loaded", async () => {
    expect([...new Set(await loadedBy('undefined'))]).toEqual(['api'])
    // The same look does find it once it is asked for.
    expect(await loadedBy("{ endpoint: 'http://127.0.0.1:1', ratio: 1 }")).toContain('sdk-trace')
  })
})

import { Fault } from '@micro/kernel'
import { expect, test } from 'vitest'
import type { ClaimOutcome } from '../idempotency.ts'
import type { Operation, RawCall } from '../operation.ts'
import { noTraces } from '../traces/traces.ts'
import { watchedIdempotency, watchedOperations } from './operation-metrics.ts'
import { createMetricsRegistry } from './registry.ts'

const raw = {} as RawCall
const operation = (answer: () => ReturnType<Operation['answer']>): Operation => ({
  name: 'makeThing',
  route: {} as Operation['route'],
  answer,
  invoke: answer,
})

for (const [what, answer, outcome, code] of [
  ['an answer', () => Promise.resolve({ status: 201, body: '' }), 'ok', undefined],
  ['a decline', () => Promise.resolve({ status: 402, body: '' }), 'refused', undefined],
  ['a refusal', () => Promise.reject(new Fault('resource_missing')), 'refused', 'resource_missing'],
  ['an outage', () => Promise.reject(new Fault('upstream_unavailable')), 'failed', 'upstream_unavailable'],
  ['a bug', () => Promise.reject(new Error('sk_live_secret')), 'failed', 'internal'],
] as const)
  test(`${what} counts as ${outcome}, and is what the caller gets all the same`, async () => {
    const registry = createMetricsRegistry()
    const runtime = { metrics: registry.of('test'), traces: noTraces() }
    const watched = watchedOperations(new Map([['makeThing', operation(answer)]]), runtime).get('makeThing')
    const [got, want] = await Promise.allSettled([watched?.answer(raw), answer()])
    expect(got).toEqual(want)
    const text = await registry.text()
    expect(text).toContain(`duration_seconds_count{service="test",operation="makeThing",outcome="${outcome}"} 1`)
    const faults = text.split('\n').filter((line) => line.startsWith('micro_operation_faults_total{'))
    const expected = `micro_operation_faults_total{service="test",operation="makeThing",code="${code}"} 1`
    expect(faults).toEqual(code === undefined ? [] : [expected])
  })

const claimed = (recoveryPoint: string | null) => ({ kind: 'claimed', claim: { recoveryPoint } }) as ClaimOutcome

for (const [what, claim, outcome] of [
  ['a new key', () => Promise.resolve(claimed(null)), 'claimed'],
  ['a key whose first holder died on the way', () => Promise.resolve(claimed('charge')), 'resumed'],
  ['a key used before', () => Promise.resolve({ kind: 'replay' } as ClaimOutcome), 'replayed'],
  ['a key of another request', () => Promise.reject(new Fault('idempotency_mismatch')), 'idempotency_mismatch'],
  ['a database that is away', () => Promise.reject(new Error('connect')), 'failed'],
] as const)
  test(`${what} counts as ${outcome}`, async () => {
    const registry = createMetricsRegistry()
    const watched = watchedIdempotency({ claim }, { metrics: registry.of('test') })
    await watched.claim({} as Parameters<typeof watched.claim>[0]).catch(() => {})
    expect(await registry.text()).toContain(`micro_idempotency_keys_total{service="test",outcome="${outcome}"} 1`)
  })

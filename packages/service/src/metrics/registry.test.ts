import { expect, test } from 'vitest'
import { createMetricsRegistry } from './registry.ts'

const spec = { name: 'micro_things_total', help: 'Things.', labels: ['kind'] } as const

/** The lines of one metric, without its help and type. */
const linesOf = async (registry: ReturnType<typeof createMetricsRegistry>, name: string): Promise<string[]> =>
  (await registry.text()).split('\n').filter((line) => line.startsWith(name))

test('what two services call alike is one metric, told apart by the service', async () => {
  const registry = createMetricsRegistry()
  registry.of('auth').counter(spec)({ kind: 'a' })
  registry.of('ledger').counter(spec)({ kind: 'a' }, 2)
  registry.of('ledger').counter(spec)({ kind: 'a' })
  expect(await linesOf(registry, spec.name)).toEqual([
    'micro_things_total{service="auth",kind="a"} 1',
    'micro_things_total{service="ledger",kind="a"} 3',
  ])
})

test('registries share nothing: each process, and each test, counts for itself', async () => {
  const [mine, other] = [createMetricsRegistry(), createMetricsRegistry()]
  mine.of('auth').counter(spec)({ kind: 'a' })
  other.of('auth').counter(spec)
  expect(await linesOf(other, spec.name)).toEqual([])
})

test('a counter without labels stands at 0 before anything happened', async () => {
  const registry = createMetricsRegistry()
  registry.of('auth').counter({ name: 'micro_rare_total', help: 'Rare.' })
  expect(await linesOf(registry, 'micro_rare')).toEqual(['micro_rare_total{service="auth"} 0'])
})

test('a gauge is read when somebody looks, and forgets what is no longer there', async () => {
  const registry = createMetricsRegistry()
  let kinds = ['a', 'b']
  registry
    .of('auth')
    .gauge({ name: 'micro_open', help: 'Open.', labels: ['kind'] }, () =>
      kinds.map((kind) => ({ labels: { kind }, value: 1 })),
    )
  expect(await linesOf(registry, 'micro_open')).toHaveLength(2)
  kinds = ['b']
  expect(await linesOf(registry, 'micro_open')).toEqual(['micro_open{service="auth",kind="b"} 1'])
})

test('a gauge that cannot be read, or hangs, is left out and counted, and keeps nobody from the others', async () => {
  const registry = createMetricsRegistry()
  const { gauge } = registry.of('auth')
  gauge({ name: 'micro_broken', help: 'Broken.' }, () => Promise.reject(new Error('the database is gone')))
  gauge({ name: 'micro_hanging', help: 'Hanging.' }, () => new Promise<number>(() => {}))
  gauge({ name: 'micro_fine', help: 'Fine.' }, () => 7)
  const lines = (await registry.text()).split('\n')
  expect(lines).toContain('micro_fine{service="auth"} 7')
  expect(lines.filter((line) => /^micro_(broken|hanging)/.test(line))).toEqual([])
  expect(await linesOf(registry, 'micro_scrape_failures_total')).toEqual(
    expect.arrayContaining([expect.stringContaining('metric="micro_broken"')]),
  )
})

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type Metric } from 'prom-client'
import { within } from '../within.ts'
import { durationBuckets, type Labels, type Metrics, type MetricSpec, type Reading } from './metrics.ts'

const readMsMax = 1_000

/** Everything one process counts, for all services in it. */
export interface MetricsRegistry {
  /** The metrics of one service; each value carries its name as the label `service`. */
  of(service: string): Metrics
  /** Adds what Node tells about the process: CPU, memory, file descriptors, garbage collection, event loop lag. */
  watchProcess(version: string): void
  /** In Prometheus' text format. Never rejects. */
  text(): Promise<string>
  readonly contentType: string
}

type Read = () => Promise<readonly Reading<string>[]>

/** A registry of its own for each process, and for each test: nothing is shared by importing. */
export const createMetricsRegistry = (): MetricsRegistry => {
  const registry = new Registry()
  const readers = new Map<string, Read[]>()

  // Whoever asks first makes it; who asks again gets the same, whatever labels it names.
  const once = <M extends Metric>(name: string, make: () => M): M =>
    (registry.getSingleMetric(name) as M | undefined) ?? make()

  const optionsOf = ({ name, help, labels = [] }: MetricSpec<string>) => ({
    name,
    help,
    labelNames: ['service', ...labels],
    registers: [registry],
  })

  const failures = new Counter(
    optionsOf({
      name: 'micro_scrape_failures_total',
      help: 'Gauges whose value could not be read, and is missing from that answer.',
      labels: ['metric'],
    }),
  )

  const collectInto = async (gauge: Gauge, reads: readonly Read[]): Promise<void> => {
    const readings = await Promise.all(reads.map((read) => read()))
    gauge.reset()
    for (const { labels, value } of readings.flat()) gauge.set(labels, value)
  }

  const of = (service: string): Metrics => ({
    counter(spec) {
      const counter = once(spec.name, () => new Counter(optionsOf(spec)))
      // A counter that stands at 0 from the start, so that its first step shows as one.
      if (spec.labels === undefined) counter.inc({ service }, 0)
      return (labels: Labels<string>, by = 1) => counter.inc({ service, ...labels }, by)
    },
    histogram(spec) {
      const buckets = [...(spec.buckets ?? durationBuckets)]
      const histogram = once(spec.name, () => new Histogram({ ...optionsOf(spec), buckets }))
      return (labels: Labels<string>, value) => histogram.observe({ service, ...labels }, value)
    },
    gauge(spec, read) {
      const reads = readers.get(spec.name) ?? []
      readers.set(spec.name, reads)
      reads.push(async () => {
        try {
          const readings = await within(readMsMax, async () => read())
          const list = typeof readings === 'number' ? [{ labels: {}, value: readings }] : readings
          return list.map(({ labels, value }) => ({ labels: { service, ...labels }, value }))
        } catch {
          failures.inc({ service, metric: spec.name })
          return []
        }
      })
      once(spec.name, () => {
        const gauge: Gauge = new Gauge({ ...optionsOf(spec), collect: () => collectInto(gauge, reads) })
        return gauge
      })
    },
  })

  return {
    of,
    watchProcess(version) {
      collectDefaultMetrics({ register: registry })
      const build = { name: 'micro_build_info', help: 'Always 1; the labels say what runs.', registers: [registry] }
      new Gauge({ ...build, labelNames: ['version', 'node'] }).set({ version, node: process.version }, 1)
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

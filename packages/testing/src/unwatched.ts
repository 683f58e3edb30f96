import { createMetricsRegistry, noTraces, type Runtime } from '@micro/service'

/** Metrics of its own that nobody reads, and no traces: the rest of a runtime whose test is about something else. */
export const unwatched = (service = 'test'): Pick<Runtime, 'metrics' | 'traces'> => ({
  metrics: createMetricsRegistry().of(service),
  traces: noTraces(),
})

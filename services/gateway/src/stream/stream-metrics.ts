import type { Metrics } from '@micro/service'

/** Counts what the event streams do. */
export const createStreamMetrics = (metrics: Metrics, { connections }: { connections: () => number }) => {
  metrics.gauge({ name: 'micro_stream_connections', help: 'Open event streams.' }, connections)
  const sent = metrics.counter({ name: 'micro_stream_events_total', help: 'Events sent to event streams.' })
  const heard = metrics.histogram({
    name: 'micro_revocation_lag_seconds',
    help: 'From the end of a key or session to this gateway hearing of it, by the clocks of both.',
  })
  return {
    sent: () => sent({}),
    // Two machines' clocks may disagree by more than it took.
    revocationHeard: (ms: number) => heard({}, Math.max(0, ms) / 1_000),
  }
}

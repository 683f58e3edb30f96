import type { BusStatus } from '@micro/bus'
import type { Metrics } from './metrics.ts'

/** Tells whether a service hears from the others. */
export const watchBus = (bus: { status(): BusStatus }, metrics: Metrics): void =>
  metrics.gauge({ name: 'micro_bus_up', help: '1 while messages pass between services; 0 while Redis is away.' }, () =>
    bus.status() === 'ready' ? 1 : 0,
  )

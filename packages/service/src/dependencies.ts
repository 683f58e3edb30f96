import type { Bus } from '@micro/bus'
import type { BusMessages } from '@micro/contracts'
import type { Clock, NewId } from '@micro/kernel'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Traces } from './traces/traces.ts'

export type MicroBus = Bus<BusMessages>

/** What every service receives from its composition root; none of it is imported as a singleton. */
export interface Runtime {
  readonly bus: MicroBus
  readonly clock: Clock
  readonly newId: NewId
  readonly log: Logger
  readonly metrics: Metrics
  readonly traces: Traces
}

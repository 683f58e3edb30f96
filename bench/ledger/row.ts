import { monotonicMs } from '@micro/kernel'
import type { Draw, Places } from './scenarios.ts'
import type { Series } from './series.ts'

/** One way to record transactions, with how many call it at the same time. */
export interface Row {
  readonly way: Way
  readonly callers: number
  /** Transactions recorded by each call. */
  readonly size: number
  readonly places: Places
  /** CPU time its Node process has used, in µs; undefined where the system does not tell. */
  nodeUs(): number | undefined
  /** Calls for about so long, and resolves when every call was answered. */
  run(load: Load): Promise<Ran>
}

export type Way = 'naive' | 'function' | 'engine' | 'raw' | 'http'

export interface Load {
  readonly draw: Draw
  readonly series: Series
  readonly ms: number
}

export interface Ran {
  readonly calls: number
  readonly ms: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What each transaction moves, in minor units. */
export const amount = 5n

export const ownCpuUs = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** A closed loop in this process: each caller calls again as soon as it is answered. */
export const inProcess = (
  row: Pick<Row, 'way' | 'callers' | 'places'> & { size?: number; call: (load: Load) => Promise<unknown> },
): Row => {
  const { callers, call } = row
  return {
    size: 1,
    ...row,
    nodeUs: ownCpuUs,
    async run(load) {
      const tookMs: number[] = []
      const began = monotonicMs()
      const caller = async (): Promise<void> => {
        while (monotonicMs() - began < load.ms) {
          const called = monotonicMs()
          await call(load)
          tookMs.push(monotonicMs() - called)
        }
      }
      await Promise.all(Array.from({ length: callers }, caller))
      const ms = monotonicMs() - began
      const sorted = Float64Array.from(tookMs).sort()
      const at = (part: number): number => sorted[Math.floor(part * sorted.length)] ?? 0
      return { calls: sorted.length, ms, p50Ms: at(0.5), p99Ms: at(0.99) }
    },
  }
}

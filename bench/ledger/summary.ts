// Medians of slices, and ratios of those that stood side by side in time.
import type { Way } from './row.ts'
import type { Scenario } from './scenarios.ts'

/** One turn of a row; what it used is per transaction. */
export interface Slice {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly postgresUs: number
  readonly nodeUs: number
  readonly walBytes: number
}

export interface Measured {
  readonly scenario: Scenario
  readonly way: Way
  readonly callers: number
  readonly size: number
  readonly slices: Slice[]
}

export interface Summary extends Measured {
  readonly medians: Slice
  /** Times the rate of the best row of that way; NaN when it was left out. */
  readonly of: Readonly<Record<'naive' | 'function' | 'raw', number>>
  /** Times the CPU time of the best naive row, all processes together. */
  readonly cpuOfNaive: number
}

/** NaN when there are none. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

const medianOf = ({ slices }: Measured, field: keyof Slice): number => median(slices.map((slice) => slice[field]))

const rate = ({ perSecond }: Slice): number => perSecond
const cpu = ({ postgresUs, nodeUs }: Slice): number => postgresUs + nodeUs

/** Slices of one round stand near each other in time: their ratio holds better than the numbers on a busy machine. */
export const ratio = (one: Measured | undefined, other: Measured | undefined, of = rate): number =>
  median(
    (one?.slices ?? []).map((slice, at) => {
      const beside = other?.slices[at]
      return beside === undefined ? Number.NaN : of(slice) / of(beside)
    }),
  )

const bestOf = (measured: readonly Measured[], scenario: Scenario, way: Way): Measured | undefined =>
  measured
    .filter((each) => each.scenario === scenario && each.way === way)
    .toSorted((a, b) => medianOf(b, 'perSecond') - medianOf(a, 'perSecond'))[0]

export const summarise = (measured: readonly Measured[]): Summary[] =>
  measured.map((each) => {
    const best = (way: Way): Measured | undefined => bestOf(measured, each.scenario, way)
    const { scenario, way, callers, size, slices } = each
    return {
      scenario,
      way,
      callers,
      size,
      slices,
      medians: {
        perSecond: medianOf(each, 'perSecond'),
        p50Ms: medianOf(each, 'p50Ms'),
        p99Ms: medianOf(each, 'p99Ms'),
        postgresUs: medianOf(each, 'postgresUs'),
        nodeUs: medianOf(each, 'nodeUs'),
        walBytes: medianOf(each, 'walBytes'),
      },
      of: {
        naive: ratio(each, best('naive')),
        function: ratio(each, best('function')),
        raw: ratio(each, best('raw')),
      },
      cpuOfNaive: ratio(each, best('naive'), cpu),
    }
  })

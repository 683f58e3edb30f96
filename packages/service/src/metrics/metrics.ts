/** What a metric is called and what it counts; `help` is what the documentation says of it. */
export interface MetricSpec<L extends string> {
  /** `micro_<noun>_<unit>`; a counter's ends with `_total`. */
  readonly name: `micro_${string}`
  readonly help: string
  /**
   * Each a small set of words known beforehand: a route's pattern, an outcome. Never an id, a path or anything a caller
   * chooses, since every value is kept for as long as the process lives.
   */
  readonly labels?: readonly L[]
}

export interface HistogramSpec<L extends string> extends MetricSpec<L> {
  /** Upper bounds, growing. Default `durationBuckets`. */
  readonly buckets?: readonly number[]
}

export type Labels<L extends string> = Readonly<Record<L, string>>

/** One value of a gauge with several. */
export interface Reading<L extends string> {
  readonly labels: Labels<L>
  readonly value: number
}

type Readings<L extends string> = number | readonly Reading<L>[]

/**
 * What one service counts. A name may be asked for again, by a second instance of the same part: both then count
 * together. Counting never throws and takes about a microsecond.
 */
export interface Metrics {
  counter<L extends string = never>(spec: MetricSpec<L>): (labels: Labels<L>, by?: number) => void
  histogram<L extends string = never>(spec: HistogramSpec<L>): (labels: Labels<L>, value: number) => void
  /** `read` is asked when somebody looks, and then for a second at most; what it throws leaves the value out. */
  gauge<L extends string = never>(spec: MetricSpec<L>, read: () => Readings<L> | Promise<Readings<L>>): void
}

/** For a process nobody looks at. */
export const noMetrics: Metrics = {
  counter: () => () => {},
  histogram: () => () => {},
  gauge() {},
}

/** Seconds: from what a cache answers to what a caller no longer waits for. */
export const durationBuckets: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]

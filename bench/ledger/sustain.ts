// What a transaction costs once there are many, and whether memory holds still.
import { runCourse, type Course } from './measure.ts'
import type { Stage } from './stage.ts'
import { median, type Slice } from './summary.ts'

export interface Sustained {
  readonly transactions: number
  readonly callers: number
  readonly slices: readonly (Slice & { readonly rssBytes: number })[]
  /** CPU time of PostgreSQL and Node per transaction in the last tenth of the slices, by that of the first. */
  readonly costGrowth: number
  /** This process's memory likewise. */
  readonly memoryGrowth: number
}

const growth = (values: readonly number[]): number => {
  const part = Math.max(1, Math.floor(values.length / 10))
  return median(values.slice(-part)) / median(values.slice(0, part))
}

/** Records at least so many transactions, slice by slice. */
export const sustain = async (
  stage: Stage,
  course: Course,
  { transactions, ms }: { transactions: number; ms: number },
): Promise<Sustained> => {
  const slices: (Slice & { rssBytes: number })[] = []
  while (course.transactions < transactions) {
    const slice = await runCourse(stage, course, ms)
    slices.push({ ...slice, rssBytes: process.memoryUsage.rss() })
  }
  return {
    transactions: course.transactions,
    callers: course.callers,
    slices,
    costGrowth: growth(slices.map(({ postgresUs, nodeUs }) => postgresUs + nodeUs)),
    memoryGrowth: growth(slices.map(({ rssBytes }) => rssBytes)),
  }
}

import type { Acknowledged } from './audit.ts'
import type { Row } from './row.ts'
import { scenarios, type Scenario } from './scenarios.ts'
import { createSeries, type Series } from './series.ts'
import type { Stage } from './stage.ts'
import type { Measured, Slice } from './summary.ts'

/** A row in a scenario, with all that became of it. */
export interface Course extends Acknowledged, Measured {
  readonly row: Row
  readonly series: Series
  transactions: number
}

export const createCourse = (row: Row, scenario: Scenario, purpose = ''): Course => {
  const { way, callers, size } = row
  const series = createSeries(`${scenario} ${way} ${callers}${purpose}`)
  return { scenario, way, callers, size, row, series, transactions: 0, slices: [] }
}

/** Lets the course run for about so long, and tells what it did and used. */
export const runCourse = async (stage: Stage, course: Course, ms: number): Promise<Slice> => {
  const { row, series, scenario } = course
  const draw = scenarios[scenario](row.places)
  const nodeBefore = row.nodeUs() ?? Number.NaN
  const before = await stage.meters()
  const ran = await row.run({ draw, series, ms })
  const nodeAfter = row.nodeUs() ?? Number.NaN
  const after = await stage.meters()
  const transactions = ran.calls * row.size
  course.transactions += transactions
  return {
    perSecond: (transactions / ran.ms) * 1_000,
    p50Ms: ran.p50Ms,
    p99Ms: ran.p99Ms,
    postgresUs: ((after.postgresUs ?? Number.NaN) - (before.postgresUs ?? Number.NaN)) / transactions,
    nodeUs: (nodeAfter - nodeBefore) / transactions,
    walBytes: (after.walBytes - before.walBytes) / transactions,
  }
}

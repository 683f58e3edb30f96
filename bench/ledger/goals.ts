// What the engine wants to reach, held against one stage.
import type { StageResult } from './result.ts'
import type { Way } from './row.ts'
import type { Scenario } from './scenarios.ts'
import { ratio, type Summary } from './summary.ts'

export interface Goal {
  readonly goal: string
  readonly bound: 'at least' | 'at most'
  readonly wanted: number
  /** NaN when the run left out what it takes. */
  readonly measured: number
}

export const isMet = ({ bound, wanted, measured }: Goal): boolean =>
  bound === 'at least' ? measured >= wanted : measured <= wanted

export const goalsOf = ({ summaries, sustained }: StageResult): Goal[] => {
  const find = (scenario: Scenario, way: Way, callers: number): Summary | undefined =>
    summaries.find((each) => each.scenario === scenario && each.way === way && each.callers === callers)
  const uniform = find('uniform', 'engine', 256)
  const hot = find('hot', 'engine', 256)
  const alone = ratio(find('uniform', 'engine', 1), find('uniform', 'function', 1))
  const overHttp = summaries.filter(({ scenario, way }) => scenario === 'uniform' && way === 'http')
  const bestHttp = overHttp.length === 0 ? Number.NaN : Math.max(...overHttp.map(({ of }) => of.naive))

  const atLeast = (wanted: number, goal: string, measured = Number.NaN): Goal => {
    return { goal, bound: 'at least', wanted, measured }
  }
  const atMost = (wanted: number, goal: string, measured = Number.NaN): Goal => {
    return { goal, bound: 'at most', wanted, measured }
  }
  return [
    atLeast(15, '256 callers, uniform: times naive', uniform?.of.naive),
    atLeast(6, '256 callers, uniform: times function', uniform?.of.function),
    atLeast(60, '256 callers, hot: times naive', hot?.of.naive),
    atLeast(0.8, '256 callers: hot of uniform', ratio(hot, uniform)),
    atLeast(1, 'one caller, uniform: times function with one', alone),
    atMost(100, '256 callers, uniform: p99 in ms', uniform?.medians.p99Ms),
    atLeast(8, 'over HTTP, uniform: times naive', bestHttp),
    atMost(1.5, 'CPU per transaction, last tenth of --sustain by the first', sustained?.costGrowth),
    atMost(1.2, 'memory, last tenth of --sustain by the first', sustained?.memoryGrowth),
  ].filter(({ measured }) => !Number.isNaN(measured))
}

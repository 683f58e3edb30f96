// What is printed.
import { goalsOf, isMet } from './goals.ts'
import type { StageResult } from './result.ts'
import type { Summary } from './summary.ts'
import type { Sustained } from './sustain.ts'

const row = (cells: readonly string[]): void =>
  console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(14) : cell.padStart(12))).join(''))

/** What a row could not measure, or be held against, is a dash. */
const cell = (value: number, digits = 0): string => (Number.isNaN(value) ? '-' : value.toFixed(digits))

/** Two figures tell enough of a ratio. */
const times = (value: number): string => cell(value, value < 10 ? 2 : 1)

const nameOf = ({ way, callers, size }: Summary): string => (size > 1 ? `${way}, by ${size}` : `${way}, ${callers}`)

const reportScenario = (summaries: readonly Summary[]): void => {
  const rates = ['per second', '× naive', '× function', 'of raw', 'p50 ms', 'p99 ms']
  row(['', ...rates, 'PG µs', 'Node µs', 'CPU × naive', 'WAL bytes'])
  for (const each of summaries) {
    const { perSecond, p50Ms, p99Ms, postgresUs, nodeUs, walBytes } = each.medians
    row([
      nameOf(each),
      cell(perSecond),
      times(each.of.naive),
      times(each.of.function),
      times(each.of.raw),
      cell(p50Ms, 1),
      cell(p99Ms, 1),
      cell(postgresUs),
      cell(nodeUs),
      times(each.cpuOfNaive),
      cell(walBytes),
    ])
  }
}

const reportSustained = ({ transactions, callers, slices }: Sustained): void => {
  console.log(`\n${transactions} transactions in one go, ${callers} callers`)
  row(['after', 'per second', 'p99 ms', 'PG µs', 'Node µs', 'memory MB'])
  const lines = 10
  for (let line = 1; line <= lines; line++) {
    const at = Math.ceil((slices.length * line) / lines) - 1
    const slice = slices[at]
    if (slice === undefined) continue
    const { perSecond, p99Ms, postgresUs, nodeUs, rssBytes } = slice
    const megabytes = cell(rssBytes / 2 ** 20)
    row([`${line * 10} %`, cell(perSecond), cell(p99Ms, 1), cell(postgresUs), cell(nodeUs), megabytes])
  }
}

/** Prints a table for each scenario, and how far the goals are. */
export const report = (result: StageResult): void => {
  const { title, summaries, sustained, transactions } = result
  for (const scenario of new Set(summaries.map((each) => each.scenario))) {
    console.log(`\n${scenario}, ${title}`)
    reportScenario(summaries.filter((each) => each.scenario === scenario))
  }
  if (sustained !== undefined) reportSustained(sustained)
  console.log(`\n${transactions} transactions: each sums to 0, acknowledged = stored once, balances = fold of entries`)
  for (const goal of goalsOf(result)) {
    const verdict = isMet(goal) ? 'met' : 'missed'
    console.log(`  ${verdict.padEnd(8)}${goal.goal}: ${times(goal.measured)}, wanted ${goal.bound} ${goal.wanted}`)
  }
}

// How fast the ledger records, beside what one builds by hand and what PostgreSQL allows. Usage: make bench-ledger ARGS='--seconds 2 --rounds 5'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { goalsOf } from './ledger/goals.ts'
import { createCourse, runCourse } from './ledger/measure.ts'
import { readOptions, type Options } from './ledger/options.ts'
import { plot } from './ledger/plot.ts'
import { report } from './ledger/report.ts'
import type { StageResult } from './ledger/result.ts'
import { openStage, type Stage } from './ledger/stage.ts'
import { summarise } from './ledger/summary.ts'
import { sustain } from './ledger/sustain.ts'

const warmUpMs = 300

/**
 * Slices in turns, each round all of them, so that whatever else the machine does hits every row alike; there and back,
 * so that none always follows the same one and has what PostgreSQL puts off from it.
 */
const runStage = async (
  stage: Stage,
  { seconds, rounds, ...options }: Options,
): Promise<Pick<StageResult, 'summaries' | 'sustained' | 'transactions'>> => {
  const ms = seconds * 1_000
  const courses = options.scenarios.flatMap((scenario) => stage.rows.map((row) => createCourse(row, scenario)))
  for (const course of courses.slice(0, stage.rows.length)) await runCourse(stage, course, warmUpMs)
  for (let round = 0; round < rounds; round++)
    for (const course of round % 2 === 0 ? courses : courses.toReversed())
      course.slices.push(await runCourse(stage, course, ms))

  // The most callers fill every flight.
  const busiest = stage.rows.findLast(({ way }) => way === 'engine')
  const [scenario] = options.scenarios
  if (options.sustain === 0 || busiest === undefined || scenario === undefined)
    return { summaries: summarise(courses), sustained: undefined, transactions: await stage.audit(courses) }
  const long = createCourse(busiest, scenario, ' sustained')
  const sustained = await sustain(stage, long, { transactions: options.sustain, ms })
  return { summaries: summarise(courses), sustained, transactions: await stage.audit([...courses, long]) }
}

const titleOf = (books: number, accounts: number): string =>
  `${books} ${books === 1 ? 'book' : 'books'}, ${accounts.toLocaleString('en')} accounts`

const writeResults = (options: Options, results: readonly StageResult[]): void => {
  const [cpu] = cpus()
  const machine = { cpu: cpu?.model, cpus: cpus().length, memoryBytes: totalmem(), node: process.version }
  const stages = results.map((result) => ({ ...result, goals: goalsOf(result) }))
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ machine, options, stages }, null, 2)}\n`)
  if (options.plot !== undefined) writeFileSync(options.plot, plot(results))
}

const bench = async (options: Options, interrupted: Promise<never>): Promise<void> => {
  const results: StageResult[] = []
  for (const books of options.books)
    for (const accounts of options.accounts) {
      const stage = await openStage({ ...options, books, accounts })
      try {
        const found = await Promise.race([runStage(stage, options), interrupted])
        const { postgresVersion } = stage
        const result = { title: titleOf(books, accounts), books, accounts, postgresVersion, ...found }
        report(result)
        results.push(result)
      } finally {
        await stage.close()
      }
    }
  writeResults(options, results)
}

try {
  const { promise: interrupted, reject } = Promise.withResolvers<never>()
  interrupted.catch(() => {})
  process.on('SIGINT', () => reject(new Error('Interrupted.')))
  await bench(readOptions(process.argv.slice(2)), interrupted)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

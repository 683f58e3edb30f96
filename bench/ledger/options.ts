import { parseArgs } from 'node:util'
import type { Way } from './row.ts'
import { scenarios, type Scenario } from './scenarios.ts'

const ways: readonly Way[] = ['naive', 'function', 'engine', 'raw', 'http']

export interface Options {
  /** Of each slice; a row has as many slices as there are rounds. */
  readonly seconds: number
  readonly rounds: number
  readonly scenarios: readonly Scenario[]
  readonly ways: readonly Way[]
  /** Callers of the engine, and connections over HTTP. */
  readonly callers: readonly number[]
  readonly connections: readonly number[]
  /** A stage of its own for each number of books with each number of accounts. */
  readonly books: readonly number[]
  readonly accounts: readonly number[]
  /** Transactions to record at the end of each stage, watching what they cost; 0 for none. */
  readonly sustain: number
  /** Files to write. */
  readonly json: string | undefined
  readonly plot: string | undefined
}

const numbers = (name: string, text: string): number[] =>
  text.split(',').map((each) => {
    const number = Number(each)
    if (!Number.isSafeInteger(number) || number < 1)
      throw new Error(`--${name} takes whole numbers from 1, got '${each}'`)
    return number
  })

const seconds = (text: string): number => {
  const number = Number(text)
  if (!(number > 0)) throw new Error(`--seconds takes a number above 0, got '${text}'`)
  return number
}

const names = <Name extends string>(flag: string, text: string, known: readonly Name[]): Name[] => {
  const asked = text.split(',')
  const unknown = asked.find((each) => !known.some((name) => name === each))
  if (unknown !== undefined) throw new Error(`--${flag} knows ${known.join(', ')}, got '${unknown}'`)
  return known.filter((name) => asked.includes(name))
}

/** @throws Error that says which flag is wrong */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '3' },
      scenarios: { type: 'string', default: 'uniform,hot' },
      ways: { type: 'string', default: ways.join() },
      callers: { type: 'string', default: '1,16,64,256,1024,4096' },
      connections: { type: 'string', default: '64,256' },
      books: { type: 'string', default: '1' },
      accounts: { type: 'string', default: '10000' },
      sustain: { type: 'string' },
      json: { type: 'string' },
      plot: { type: 'string' },
    },
  })
  const [rounds = 1] = numbers('rounds', values.rounds)
  const [sustain = 0] = values.sustain === undefined ? [] : numbers('sustain', values.sustain)
  const options = {
    seconds: seconds(values.seconds),
    rounds,
    scenarios: names('scenarios', values.scenarios, Object.keys(scenarios) as Scenario[]),
    ways: names('ways', values.ways, ways),
    callers: numbers('callers', values.callers),
    connections: numbers('connections', values.connections),
    books: numbers('books', values.books),
    accounts: numbers('accounts', values.accounts),
    sustain,
    json: values.json,
    plot: values.plot,
  }
  const [books, accounts] = [Math.max(...options.books), Math.min(...options.accounts)]
  if (accounts / books < 4) throw new Error(`${accounts} accounts are too few for ${books} books: each takes 4`)
  return options
}

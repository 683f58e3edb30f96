// What is moved between which accounts.
import { randomInt } from 'node:crypto'

/** Where there is something to post to. */
export interface Places {
  readonly books: number
  /** Accounts of each book, at least 4. */
  readonly accounts: number
}

/** From one account of a book to another; accounts are counted from 0 in each book. */
export interface Movement {
  readonly book: number
  readonly source: number
  readonly target: number
}

export type Draw = () => Movement

/** Never equal, so that something moves. */
const other = (source: number, draw: () => number): number => {
  for (;;) {
    const target = draw()
    if (target !== source) return target
  }
}

/** The skew of YCSB's request mix. */
const skew = 0.99
const tables = new Map<number, Float64Array>()

/** Sums of the weights 1/rank^skew up to each rank, of 1 in all. */
const zipfTable = (accounts: number): Float64Array => {
  const known = tables.get(accounts)
  if (known !== undefined) return known
  const sums = new Float64Array(accounts)
  let sum = 0
  for (let at = 0; at < accounts; at++) sums[at] = sum += (at + 1) ** -skew
  for (let at = 0; at < accounts; at++) sums[at] = (sums[at] ?? 0) / sum
  tables.set(accounts, sums)
  return sums
}

const fractions = 2 ** 47

const zipf = (accounts: number): (() => number) => {
  const sums = zipfTable(accounts)
  return () => {
    const wanted = randomInt(fractions) / fractions
    let low = 0
    let high = accounts - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 1) > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}

const pairs =
  (makeDraw: (accounts: number) => () => number) =>
  ({ books, accounts }: Places): Draw => {
    const draw = makeDraw(accounts)
    return () => {
      const source = draw()
      return { book: randomInt(books), source, target: other(source, draw) }
    }
  }

/** By the names they are chosen by; those with an underscore are Formance's. */
export const scenarios = {
  uniform: pairs((accounts) => () => randomInt(accounts)),
  zipf: pairs(zipf),
  /** One account of each book takes part in everything. */
  hot: ({ books, accounts }) => {
    return () => ({ book: randomInt(books), source: 0, target: 1 + randomInt(accounts - 1) })
  },
  world_to_bank: ({ books }) => {
    return () => ({ book: randomInt(books), source: 0, target: 1 })
  },
  /** Those who pay are others than those who are paid. */
  any_bounded_to_any: ({ books, accounts }) => {
    const payers = accounts >> 1
    return () => ({ book: randomInt(books), source: randomInt(payers), target: payers + randomInt(accounts - payers) })
  },
} as const satisfies Record<string, (places: Places) => Draw>

export type Scenario = keyof typeof scenarios

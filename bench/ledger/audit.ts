// What must be true after a run, or its numbers mean nothing.
import type { Sql } from '@micro/postgres'
import {
  countDrifted,
  countDriftedByHand,
  countGapped,
  countMissing,
  countMissingByHand,
  countRecorded,
  countRecordedByHand,
  countUnbalanced,
  countUnbalancedByHand,
  countUnchained,
} from './audit.store.ts'
import type { Way } from './row.ts'
import type { Series } from './series.ts'

/** The transactions one series names, and how many calls for them were answered. */
export interface Acknowledged {
  readonly way: Way
  readonly series: Series
  readonly transactions: number
}

/**
 * Counts everything anew. Every call is answered when a row's time is over, so what was given out, what was
 * acknowledged and what is stored must be the same, in each place.
 * @throws Error that names everything that is wrong
 */
export const audit = async (options: {
  ledger: Sql
  bench: Sql
  acknowledged: readonly Acknowledged[]
}): Promise<number> => {
  const { ledger, bench, acknowledged } = options
  const of = (...ways: Way[]) => acknowledged.filter(({ way }) => ways.includes(way))
  const seriesOf = (...ways: Way[]) => of(...ways).map(({ series }) => series)
  const total = (each: readonly Acknowledged[]) => each.reduce((sum, { transactions }) => sum + transactions, 0)
  const given = acknowledged.reduce((sum, { series }) => sum + series.issued(), 0)

  const wrong = {
    'references given out and not acknowledged': given - total(acknowledged),
    'ledger: acknowledged and not stored': await countMissing(ledger, seriesOf('engine', 'http')),
    'ledger: stored and not acknowledged': Number(await countRecorded(ledger)) - total(of('engine', 'http')),
    'ledger: transactions that do not sum to 0': await countUnbalanced(ledger),
    'ledger: balances that are not the fold of their entries': await countDrifted(ledger),
    'ledger: entries with a wrong balance or version': await countUnchained(ledger),
    'ledger: books with gaps': await countGapped(ledger),
    'by hand: acknowledged and not stored': await countMissingByHand(bench, seriesOf('naive', 'function')),
    'by hand: stored and not acknowledged': Number(await countRecordedByHand(bench)) - total(of('naive', 'function')),
    'by hand: transactions that do not sum to 0': await countUnbalancedByHand(bench),
    'by hand: balances that are not the fold of their entries': await countDriftedByHand(bench),
    'raw: acknowledged and not stored': await countMissing(bench, seriesOf('raw')),
    'raw: stored and not acknowledged': Number(await countRecorded(bench)) - total(of('raw')),
    'raw: transactions that do not sum to 0': await countUnbalanced(bench),
  }
  const found = Object.entries(wrong).filter(([, count]) => Number(count) !== 0)
  if (found.length > 0)
    throw new Error(`The run was wrong:\n${found.map(([what, count]) => `  ${what}: ${count}`).join('\n')}`)
  return total(acknowledged)
}

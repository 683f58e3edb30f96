// What is printed: medians, and ratios of slices that stood side by side in time.
import { median } from '../ledger/summary.ts'
import type { Row } from './rows.ts'

export interface Slice {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU time for one payment, in µs. */
  readonly nodeUs: number
  readonly postgresUs: number
  readonly walBytes: number
}

const cells = (name: string, values: readonly string[]): void =>
  console.log(name.padEnd(22) + values.map((value) => value.padStart(12)).join(''))

const shown = (value: number, digits = 0): string => (Number.isNaN(value) ? '-' : value.toFixed(digits))

/** `floors`: the floor with as many clients, for each row. */
export const report = (rows: readonly { row: Row; slices: readonly Slice[]; floor: readonly Slice[] }[]): void => {
  cells('', ['per second', 'of floor', 'p50 ms', 'p99 ms', 'Node µs', 'PG µs', 'CPU × floor', 'WAL bytes'])
  for (const { row, slices, floor } of rows) {
    const of = (field: keyof Slice): number => median(slices.map((slice) => slice[field]))
    const ratio = (value: (slice: Slice) => number): number =>
      median(slices.map((slice, at) => value(slice) / (floor[at] === undefined ? Number.NaN : value(floor[at]))))
    cells(`${row.name}, ${row.clients}`, [
      shown(of('perSecond')),
      shown(
        ratio(({ perSecond }) => perSecond),
        2,
      ),
      shown(of('p50Ms')),
      shown(of('p99Ms')),
      shown(of('nodeUs')),
      shown(of('postgresUs')),
      shown(
        ratio(({ nodeUs, postgresUs }) => nodeUs + postgresUs),
        1,
      ),
      shown(of('walBytes')),
    ])
  }
}

// What is printed: medians, and ratios of slices that stood side by side in time.
import { median } from '../ledger/summary.ts'
import type { Slice } from './measure.ts'

/** Something that Micro does, and the least a program can do in its place. */
export interface Pair {
  readonly name: string
  readonly bareName: string
  readonly micro: Slice[]
  readonly bare: Slice[]
}

const cells = (name: string, values: readonly string[]): void =>
  console.log(name.padEnd(34) + values.map((value) => value.padStart(12)).join(''))

const shown = (value: number, digits: number): string => (Number.isNaN(value) ? '-' : value.toFixed(digits))

const total = ({ nodeUs, postgresUs }: Slice): number => nodeUs + postgresUs

const row = (name: string, slices: readonly Slice[], bare: readonly Slice[] | undefined): void => {
  const of = (value: (slice: Slice) => number): number => median(slices.map(value))
  const ratio = (value: (slice: Slice) => number, digits: number): string =>
    bare === undefined ? '' : shown(median(slices.map((slice, at) => value(slice) / value(bare[at] ?? slice))), digits)
  const rate = ({ perSecond }: Slice): number => perSecond
  const p50 = ({ p50Ms }: Slice): number => p50Ms
  const p99 = ({ p99Ms }: Slice): number => p99Ms
  cells(name, [
    shown(of(rate), 0),
    ratio(rate, 2),
    shown(of(p50), 1),
    ratio(p50, 1),
    shown(of(p99), 1),
    ratio(p99, 1),
    shown(
      of(({ nodeUs }) => nodeUs),
      0,
    ),
    shown(
      of(({ postgresUs }) => postgresUs),
      0,
    ),
    ratio(total, 1),
  ])
}

export const report = (pairs: readonly Pair[]): void => {
  cells('', ['per second', 'of bare', 'p50 ms', '× bare', 'p99 ms', '× bare', 'Node µs', 'PG µs', 'CPU × bare'])
  for (const { name, bareName, micro, bare } of pairs) {
    row(bareName, bare, undefined)
    row(name, micro, bare)
  }
}

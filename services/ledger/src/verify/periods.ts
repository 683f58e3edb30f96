import type { Totals } from '../reports/report.ts'

/** A closed period beside the transaction it was closed at. */
export interface PeriodRow {
  readonly number: number
  readonly closed_before: Date
  readonly created_at: Date
  readonly seq: bigint
  readonly hash: Buffer | null
  /** The hash that the transaction at its seq has now; null where there is none. */
  readonly hash_found: Buffer | null
}

/** What a book without periods continues. */
export const noPeriod = { number: 0, closed_before: null, seq: 0n } as const
export type Before = Pick<PeriodRow, 'number' | 'seq'> & { readonly closed_before: Date | null }

const sameHash = (a: Buffer | null, b: Buffer | null): boolean => (a === null ? b === null : b !== null && a.equals(b))

/** Whether the period continues the one before it, lay in the past, and names the transaction it was closed at. */
export const periodHolds = (before: Before, period: PeriodRow): boolean =>
  period.number === before.number + 1 &&
  period.seq >= before.seq &&
  (before.closed_before === null || period.closed_before > before.closed_before) &&
  period.closed_before <= period.created_at &&
  sameHash(period.hash, period.hash_found)

/** Whether two trial balances, each by currency and type, are the same. */
export const sameTotals = (a: readonly Totals[], b: readonly Totals[]): boolean =>
  a.length === b.length &&
  a.every((row, at) => {
    const other = b[at]
    return (
      other !== undefined &&
      row.currency === other.currency &&
      row.type === other.type &&
      row.debits === other.debits &&
      row.credits === other.credits
    )
  })

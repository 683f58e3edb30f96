import type { Direction, Layer, LedgerTransaction } from '@micro/contracts'
import type { Unit } from './amount.ts'

/** What is drawn of an entry. */
export type ColumnEntry = Pick<
  LedgerTransaction['entries'][number],
  'id' | 'account_id' | 'currency' | 'direction' | 'layer' | 'value_str' | 'balance_after_str'
>

/** The entries of one currency on one layer, as two columns with a sum under each. */
export interface Columns extends Unit {
  readonly layer: Layer
  /** Debits first, as they are written. */
  readonly lines: readonly ColumnEntry[]
  readonly debits: bigint
  readonly credits: bigint
}

export const sumOf = (entries: readonly ColumnEntry[], direction: Direction): bigint =>
  entries.reduce((sum, entry) => (entry.direction === direction ? sum + BigInt(entry.value_str) : sum), 0n)

/** What is to be seen at a glance: that both columns come to the same. */
export const isBalanced = ({ debits, credits }: Pick<Columns, 'debits' | 'credits'>): boolean => debits === credits

/** A transaction as debit and credit columns: each currency by itself, and what is held apart from what is posted. */
export const columnsOf = (entries: readonly ColumnEntry[], scaleOf: (currency: string) => number): Columns[] => {
  const groups = Map.groupBy(entries, ({ currency, layer }) => `${layer} ${currency}`)
  return [...groups.values()].map((group) => {
    const { currency, layer } = group[0] as ColumnEntry
    return {
      currency,
      layer,
      scale: scaleOf(currency),
      lines: (['debit', 'credit'] as const).flatMap((side) => group.filter(({ direction }) => direction === side)),
      debits: sumOf(group, 'debit'),
      credits: sumOf(group, 'credit'),
    }
  })
}

/** What a transaction moves, currency by currency: the sum of its debits, posted where anything is. */
export const movedBy = (entries: readonly ColumnEntry[]): { currency: string; amount: bigint }[] => {
  const posted = entries.filter(({ layer }) => layer === 'posted')
  const shown = posted.length > 0 ? posted : entries
  return [...Map.groupBy(shown, ({ currency }) => currency)].map(([currency, group]) => ({
    currency,
    amount: sumOf(group, 'debit'),
  }))
}

import type { Reconciliation, ReconciliationDifference } from '@micro/contracts'
import { minorUnitDigits } from '@micro/kernel'
import { counted, moneyOf } from '../ledger/money.ts'
import { createColumns } from '../shell/columns.ts'
import { printable, type Terminal } from '../shell/terminal.ts'
import { ageOf } from './age.ts'

const columns = [
  { heading: 'DIFFERENCE' },
  { heading: 'AGE', right: true },
  { heading: 'OF' },
  { heading: 'HERE', right: true },
  { heading: 'THERE', right: true },
  { heading: 'DETAIL', cut: true, spare: 1 },
] as const

const amountIn = (minor: string | null, currency: string | null): string =>
  minor === null || currency === null ? (minor ?? '') : moneyOf(BigInt(minor), minorUnitDigits(currency), currency)

const rowOf = (found: ReconciliationDifference): string[] => [
  found.kind,
  ageOf(found.age_seconds),
  printable(found.subject ?? found.reference_id ?? ''),
  amountIn(found.amount_here_str, found.currency),
  amountIn(found.amount_there_str, found.currency),
  printable(found.detail ?? ''),
]

/** What was found, a line each, and below it what to do about each kind. */
export const printDifferences = (terminal: Terminal, found: readonly ReconciliationDifference[]): void => {
  if (found.length === 0) return
  createColumns(terminal, columns).print(found.map(rowOf))
  terminal.out('')
  for (const [kind, action] of new Map(found.map(({ kind, action }) => [kind, action])))
    terminal.out(`${terminal.paint('bold', kind)}: ${printable(action)}`)
}

export const progressText = ({ movements, settlement_lines, ledger_transactions }: Reconciliation): string =>
  [
    counted(movements, 'movement'),
    `${counted(settlement_lines, 'line')} of the processor`,
    counted(ledger_transactions, 'ledger transaction'),
  ].join(', ')

/** How many differences there are that somebody has to look at. */
export const differencesIn = ({ differences }: Reconciliation): number =>
  Object.entries(differences).reduce((total, [kind, count]) => total + (kind === 'late' ? 0 : count), 0)

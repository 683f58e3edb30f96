import type { LedgerTransaction } from '@micro/contracts'
import { printable } from '../../shell/terminal.ts'
import { moneyOf, type Scales } from '../money.ts'
import { stamp } from '../times.ts'

type Entry = LedgerTransaction['entries'][number]

/** A line for each transaction. */
export const transactionColumns = [
  { heading: 'SEQ', right: true },
  { heading: 'TRANSACTION' },
  { heading: 'KIND', spare: 2 },
  { heading: 'REFERENCE', cut: true },
  { heading: 'AMOUNT', right: true },
  { heading: 'DEBIT', cut: true },
  { heading: 'CREDIT', cut: true },
  { heading: 'RECORDED (UTC)', spare: 1 },
]

const namesOf = (entries: readonly Entry[], direction: Entry['direction']): string => {
  const [first = '', ...others] = new Set(
    entries.filter((entry) => entry.direction === direction).map(({ account_id }) => account_id),
  )
  return others.length === 0 ? first : `${first} +${others.length}`
}

const amountsOf = (entries: readonly Entry[], scales: Scales): string => {
  const debits = new Map<string, bigint>()
  for (const { direction, currency, value_str } of entries)
    if (direction === 'debit') debits.set(currency, (debits.get(currency) ?? 0n) + BigInt(value_str))
  return [...debits].map(([currency, sum]) => moneyOf(sum, scales.of(currency), currency)).join(' + ')
}

export const rowOf = (transaction: LedgerTransaction, scales: Scales): string[] => {
  // What is posted is what it is about; a hold has nothing but what it holds.
  const posted = transaction.entries.filter(({ layer }) => layer === 'posted')
  const entries = posted.length > 0 ? posted : transaction.entries
  return [
    String(transaction.seq),
    transaction.id,
    transaction.kind,
    printable(transaction.reference_id),
    amountsOf(entries, scales),
    namesOf(entries, 'debit'),
    namesOf(entries, 'credit'),
    stamp(transaction.created),
  ]
}

/** What `rowOf` must know the digits of. */
export const currenciesOf = ({ entries }: LedgerTransaction): string[] => entries.map(({ currency }) => currency)

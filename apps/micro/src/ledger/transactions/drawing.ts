import type { LedgerTransaction } from '@micro/contracts'
import { createColumns, rule, type Cell } from '../../shell/columns.ts'
import { printJson, type Context } from '../../shell/shell.ts'
import { metadataText, printFacts } from '../facts.ts'
import { amountOf, createScales, type Scales } from '../money.ts'
import type { Ledger } from '../open.ts'
import { stamp } from '../times.ts'

type Entry = LedgerTransaction['entries'][number]

const sum = (entries: readonly Entry[], direction: Entry['direction']): bigint =>
  entries.reduce((total, entry) => total + (entry.direction === direction ? BigInt(entry.value_str) : 0n), 0n)

const layerText = { posted: '', pending: 'held' } as const

const rowOf = (entry: Entry, scale: number): Cell[] => {
  const value = amountOf(BigInt(entry.value_str), scale)
  const [debit, credit] = entry.direction === 'debit' ? [value, ''] : ['', value]
  const after = amountOf(BigInt(entry.balance_after_str), scale)
  return [entry.account_id, debit, credit, entry.currency.toUpperCase(), after, layerText[entry.layer]]
}

/** The entries that must sum to 0 among themselves: of one currency and layer. */
const partsOf = (entries: readonly Entry[]): Entry[][] => [
  ...Map.groupBy(entries, ({ layer, currency }) => `${layer} ${currency}`).values(),
]

const drawPart = (part: readonly Entry[], scales: Scales): Cell[][] => {
  const { currency = '', layer = 'posted' } = part[0] ?? {}
  const scale = scales.of(currency)
  const [debits, credits] = [sum(part, 'debit'), sum(part, 'credit')]
  return [
    ...part.map((entry) => rowOf(entry, scale)),
    ['', rule, rule],
    [
      debits === credits ? 'balances' : 'DOES NOT BALANCE',
      amountOf(debits, scale),
      amountOf(credits, scale),
      currency.toUpperCase(),
      '',
      layerText[layer],
    ],
  ]
}

const columns = [
  { heading: 'ACCOUNT' },
  { heading: 'DEBIT', right: true },
  { heading: 'CREDIT', right: true },
  { heading: 'CURRENCY' },
  { heading: 'BALANCE AFTER', right: true },
]

/** A transaction as accountants draw it: debits left, credits right, and both sums below, per currency and layer. */
export const drawTransaction = (
  { terminal }: Pick<Context, 'terminal'>,
  transaction: LedgerTransaction,
  scales: Scales,
): void => {
  const { entries } = transaction
  printFacts(terminal, [
    ['Transaction', transaction.status === 'dry_run' ? '' : transaction.id],
    ['Seq', transaction.status === 'dry_run' ? '' : String(transaction.seq)],
    ['Kind', transaction.kind],
    ['Reference', transaction.reference_id],
    ['Description', transaction.description],
    ['Hold', transaction.hold],
    ['Reverses', transaction.reverses],
    ['Reversed by', transaction.reversed_by],
    ['Effective', `${stamp(transaction.effective_at)} UTC`],
    ['Counts from', transaction.booked_at === null ? null : `${stamp(transaction.booked_at)} UTC`],
    ['Recorded', transaction.status === 'dry_run' ? '' : `${stamp(transaction.created)} UTC`],
    ['Metadata', metadataText(transaction.metadata)],
    [
      'Erased',
      transaction.erased === null ? null : `${stamp(transaction.erased.at)} UTC, ${transaction.erased.reason}`,
    ],
    ['Hash', transaction.status === 'dry_run' ? '' : transaction.hash],
  ])
  terminal.out('')
  const isHeld = entries.some(({ layer }) => layer === 'pending')
  const drawn = createColumns(terminal, isHeld ? [...columns, { heading: 'LAYER' }] : columns)
  const parts = partsOf(entries).map((part) => drawPart(part, scales))
  drawn.print(parts.flatMap((rows, at) => (at === 0 ? rows : [[''], ...rows])))
}

/** Prints one transaction, as JSON or drawn. @throws ApiError, ConnectionError */
export const showTransaction = async (
  context: Context,
  { client }: Ledger,
  transaction: LedgerTransaction,
): Promise<void> => {
  if (context.json) {
    printJson(context.terminal, transaction)
    return
  }
  const scales = createScales(client)
  await scales.learn(transaction.entries.map(({ currency }) => currency))
  drawTransaction(context, transaction, scales)
}

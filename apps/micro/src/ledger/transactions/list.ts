import type { LedgerTransaction } from '@micro/contracts'
import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printable } from '../../shell/terminal.ts'
import { createScales, moneyOf, type Scales } from '../money.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { listUpTo, tellOfMore, withListFlags, type ListFlags } from '../pages.ts'
import { checkRange, readFrom, readTo, stamp } from '../times.ts'

interface Flags extends ListFlags {
  readonly account?: string
  readonly reference?: string
  readonly from?: number
  readonly to?: number
}

type Entry = LedgerTransaction['entries'][number]

const columns = [
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

const rowOf = (transaction: LedgerTransaction, scales: Scales): string[] => {
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

const run = async (context: Context, { account, reference, from, to, ...page }: Flags): Promise<void> => {
  const { terminal } = context
  checkRange(from, to)
  const { client } = await openLedger(context)
  const bounds = given({ gte: from, lte: to })
  const created = Object.keys(bounds).length === 0 ? undefined : bounds
  const filter = given({ account_id: account, reference_id: reference, created })
  const listed = await listUpTo((query) => client.listLedgerTransactions({ query: { ...filter, ...query } }), page)
  const scales = createScales(client)
  if (context.json) printJson(terminal, listed.items)
  else if (listed.items.length === 0) terminal.err('There are no such transactions.')
  else {
    await scales.learn(listed.items.flatMap(({ entries }) => entries.map(({ currency }) => currency)))
    createColumns(terminal, columns).print(listed.items.map((item) => rowOf(item, scales)))
  }
  tellOfMore(terminal, listed)
}

export const addTransactionsList = (transactions: MicroCommand, shell: Shell): void => {
  const list = transactions
    .command('list')
    .examples('micro ledger transactions list --account bank', 'micro ledger transactions list --from 2026-01-01')
    .summary('List transactions, newest first')
    .description('List transactions, newest first.')
    .option('--account <id>', 'only those with an entry on this account')
    .option('--reference <id>', 'only the one with this reference_id')
    .option('--from <time>', 'only those recorded at or after it', readFrom)
    .option('--to <time>', 'only those recorded up to it; of a date to its end', readTo)
  withListFlags(list).action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}

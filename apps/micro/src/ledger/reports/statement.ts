import { type LedgerStatement, type LedgerStatementLine } from '@micro/contracts'
import { Option } from 'commander'
import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { createProgress } from '../../shell/progress.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { printable, type Terminal } from '../../shell/terminal.ts'
import { amountOf, countOf, decimalOf } from '../money.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { pagesOf, type PageQuery } from '../pages.ts'
import { isoSecond, readFrom, readTo, stamp } from '../times.ts'
import { csvLine } from './csv.ts'

interface Flags {
  readonly from?: number
  readonly to?: number
  readonly by: 'recorded' | 'effective'
  readonly layer?: LedgerStatement['layer']
  readonly csv?: true
}

/** Takes a statement as it comes: its head, its lines some at a time, and its end. */
interface Writer {
  begin(statement: LedgerStatement): void
  lines(lines: readonly LedgerStatementLine[], statement: LedgerStatement): void
  end(statement: LedgerStatement): void
}

const timeOf = (line: LedgerStatementLine, { order }: LedgerStatement): number =>
  order === 'recorded' ? line.created : line.effective_at

const drawn = (terminal: Terminal): Writer => {
  const columns = createColumns(terminal, [
    { heading: 'DATE (UTC)' },
    { heading: 'REFERENCE' },
    { heading: 'DESCRIPTION' },
    { heading: 'DEBIT', right: true },
    { heading: 'CREDIT', right: true },
    { heading: 'BALANCE', right: true },
  ])
  const amount = (digits: string, { scale }: LedgerStatement) => amountOf(BigInt(digits), scale)
  const plain = (name: string, digits: string, statement: LedgerStatement) => [
    ['', name, '', '', '', amount(digits, statement)],
  ]
  const rowOf = (line: LedgerStatementLine, statement: LedgerStatement): string[] => {
    const value = amount(line.value_str, statement)
    return [
      stamp(timeOf(line, statement)),
      printable(line.reference_id),
      printable(line.description ?? ''),
      ...(line.direction === 'debit' ? [value, ''] : ['', value]),
      amount(line.balance_after_str, statement),
    ]
  }
  let opening: string[][] = []
  return {
    begin(statement) {
      const held = statement.layer === 'pending' ? ', what holds set aside' : ''
      terminal.out(terminal.paint('bold', `${statement.account_id} in ${statement.currency.toUpperCase()}${held}`))
      opening = plain('Opening balance', statement.opening_balance_str, statement)
    },
    lines(lines, statement) {
      // Together with the first lines, whose widths it shares.
      columns.print([...opening, ...lines.map((line) => rowOf(line, statement))])
      opening = []
    },
    end: (statement) => columns.print(plain('Closing balance', statement.closing_balance_str, statement)),
  }
}

const asCsv = (terminal: Terminal): Writer => ({
  begin() {
    terminal.out('seq,recorded,effective,transaction_id,reference_id,description,currency,debit,credit,balance_after')
  },
  lines(lines, { currency, scale }) {
    for (const line of lines) {
      const value = decimalOf(BigInt(line.value_str), scale)
      const [debit, credit] = line.direction === 'debit' ? [value, ''] : ['', value]
      const times = [isoSecond(line.created), isoSecond(line.effective_at)]
      const what = [line.transaction_id, line.reference_id, line.description ?? '', currency]
      const after = decimalOf(BigInt(line.balance_after_str), scale)
      terminal.out(csvLine([String(line.seq), ...times, ...what, debit, credit, after]))
    }
  },
  end() {},
})

/** One JSON object, written as its lines come. */
const asJson = (terminal: Terminal): Writer => {
  let first = true
  return {
    begin({ data: _data, has_more: _more, url: _url, ...head }) {
      terminal.out(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "data": [`)
    },
    lines(lines) {
      for (const line of lines) {
        terminal.out(`   ${first ? ' ' : ','}${JSON.stringify(line)}`)
        first = false
      }
    },
    end: () => terminal.out('  ]\n}'),
  }
}

const writerOf = ({ terminal, json }: Context, flags: Flags): Writer => {
  if (json && flags.csv === true) throw usageFailure('Give --csv or --json, not both.')
  if (json) return asJson(terminal)
  return flags.csv === true ? asCsv(terminal) : drawn(terminal)
}

const boundsOf = ({ from, to, by }: Flags) => {
  // Bounds choose the order of the statement, too: all of time is a bound as well.
  const range = { gte: from ?? 0, ...given({ lte: to }) }
  if (by === 'effective') return { effective_at: range }
  return from === undefined && to === undefined ? {} : { created: range }
}

const run = async (context: Context, id: string, flags: Flags): Promise<void> => {
  const writer = writerOf(context, flags)
  const { client } = await openLedger(context)
  const filter = { ...boundsOf(flags), ...given({ layer: flags.layer }) }
  // Where the lines themselves are seen, they tell how far it is.
  const progress = createProgress(context.stdout.isTTY === true ? { write: () => {} } : context.stderr)
  let head: LedgerStatement | undefined
  let count = 0
  // All pages are of the book as the first one found it.
  const ask = (page: PageQuery): Promise<LedgerStatement> =>
    client.retrieveLedgerStatement({ params: { id }, query: { ...filter, ...page, ...given({ seq: head?.seq }) } })
  try {
    for await (const page of pagesOf(ask, { max: Number.POSITIVE_INFINITY })) {
      if (head === undefined) writer.begin(page)
      head ??= page
      writer.lines(page.data, page)
      count += page.data.length
      progress.tell(`Reading… ${countOf(count)} entries`)
    }
  } finally {
    progress.clear()
  }
  if (head !== undefined) writer.end(head)
}

export const addStatement = (ledger: MicroCommand, shell: Shell): void => {
  ledger
    .command('statement')
    .argument('<account>', 'the id of the account')
    .examples(
      'micro ledger statement bank --from 2026-01-01 --to 2026-01-31',
      'micro ledger statement bank --csv > bank.csv',
    )
    .summary("Print an account's entries with its running balance")
    .description(
      "Print an account's entries, oldest first, with opening, running and closing balance. All of it is of one moment, however long it takes.",
    )
    .option('--from <time>', 'only entries at or after it', readFrom)
    .option('--to <time>', 'only entries up to it; of a date to its end in UTC', readTo)
    .addOption(
      new Option('--by <order>', 'recorded or effective: which time orders and bounds it')
        .choices(['recorded', 'effective'])
        .default('recorded'),
    )
    .addOption(new Option('--layer <layer>', 'posted entries, or those of holds').choices(['posted', 'pending']))
    .option('--csv', 'print comma-separated values for a spreadsheet')
    .action((id: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), id, flags))
}

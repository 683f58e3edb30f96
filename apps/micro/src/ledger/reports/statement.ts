import type { LedgerStatement } from '@micro/contracts'
import { Option } from 'commander'
import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { pagesOf, type PageQuery } from '../pages.ts'
import { checkRange, readFrom, readTo } from '../times.ts'
import { asCsv, asJson, drawn, type Writer } from './statement-writers.ts'

interface Flags {
  readonly from?: number
  readonly to?: number
  readonly by: 'recorded' | 'effective'
  readonly layer?: LedgerStatement['layer']
  readonly csv?: true
}

const writerOf = ({ terminal, json }: Context, flags: Flags): Writer => {
  if (json && flags.csv === true) throw usageFailure('Give --csv or --json, not both.')
  if (json) return asJson(terminal)
  return flags.csv === true ? asCsv(terminal) : drawn(terminal)
}

/** @throws Failure (2) */
const boundsOf = ({ from, to, by }: Flags) => {
  checkRange(from, to)
  // Bounds choose the order of the statement, too: all of time is a bound as well.
  const range = { gte: from ?? 0, ...given({ lte: to }) }
  if (by === 'effective') return { effective_at: range }
  return from === undefined && to === undefined ? {} : { created: range }
}

const run = async (context: Context, id: string, flags: Flags): Promise<void> => {
  const writer = writerOf(context, flags)
  const filter = { ...boundsOf(flags), ...given({ layer: flags.layer }) }
  const { client } = await openLedger(context)
  let head: LedgerStatement | undefined
  // All pages are of the book as the first one found it.
  const ask = (page: PageQuery): Promise<LedgerStatement> =>
    client.retrieveLedgerStatement({ params: { id }, query: { ...filter, ...page, ...given({ seq: head?.seq }) } })
  for await (const page of pagesOf(ask, { max: Number.POSITIVE_INFINITY })) {
    if (head === undefined) writer.begin(page)
    head ??= page
    writer.lines(page.data, page)
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
      new Option('--by <order>', 'which time orders and bounds it')
        .choices(['recorded', 'effective'])
        .default('recorded'),
    )
    .addOption(new Option('--layer <layer>', 'entries that count, or those of holds').choices(['posted', 'pending']))
    .option('--csv', 'print comma-separated values for a spreadsheet')
    .action((id: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), id, flags))
}

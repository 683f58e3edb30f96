import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printable } from '../../shell/terminal.ts'
import { openLedger } from '../open.ts'
import { listUpTo, tellOfMore, withListFlags, type ListFlags } from '../pages.ts'
import { stamp } from '../times.ts'

const columns = [
  { heading: 'PERIOD' },
  { heading: 'AFTER (UTC)', spare: 1 },
  { heading: 'THROUGH (UTC)' },
  { heading: 'SEQ', right: true },
  { heading: 'CLOSED (UTC)', spare: 2 },
  { heading: 'DESCRIPTION', cut: true },
]

const run = async (context: Context, page: ListFlags): Promise<void> => {
  const { terminal } = context
  const { client } = await openLedger(context)
  const listed = await listUpTo((query) => client.listLedgerPeriods({ query }), page)
  if (context.json) printJson(terminal, listed.items)
  else if (listed.items.length === 0)
    terminal.err('No period is closed. Close one with: micro ledger periods close DATE')
  else
    createColumns(terminal, columns).print(
      listed.items.map(({ id, closes_after, closes_through, seq, created, description }) => [
        id,
        closes_after === null ? '' : stamp(closes_after),
        stamp(closes_through),
        String(seq),
        stamp(created),
        printable(description ?? ''),
      ]),
    )
  tellOfMore(terminal, listed)
}

export const addPeriodsList = (periods: MicroCommand, shell: Shell): void => {
  const list = periods
    .command('list')
    .examples('micro ledger periods list')
    .summary('List closed periods, newest first')
    .description('List closed periods, newest first.')
  withListFlags(list).action((flags: ListFlags, command: MicroCommand) => run(contextOf(shell, command), flags))
}

import type { LedgerAsset } from '@micro/contracts'
import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printable } from '../../shell/terminal.ts'
import { openLedger } from '../open.ts'
import { listUpTo, tellOfMore, withListFlags, type ListFlags } from '../pages.ts'
import { stamp } from '../times.ts'

const columns = [
  { heading: 'ASSET' },
  { heading: 'NAME', cut: true },
  { heading: 'DIGITS', right: true },
  { heading: 'CREATED (UTC)', spare: 1 },
]

const rowOf = ({ code, name, scale, created }: LedgerAsset): string[] => [
  code.toUpperCase(),
  printable(name),
  String(scale),
  stamp(created),
]

const run = async (context: Context, page: ListFlags): Promise<void> => {
  const { terminal } = context
  const { client } = await openLedger(context)
  const listed = await listUpTo((query) => client.listLedgerAssets({ query }), page)
  if (context.json) printJson(terminal, listed.items)
  else if (listed.items.length === 0)
    terminal.err(
      'There are no assets. Make one with: micro ledger assets create points --name "Loyalty points" --scale 0',
    )
  else createColumns(terminal, columns).print(listed.items.map(rowOf))
  tellOfMore(terminal, listed)
}

export const addAssetsList = (assets: MicroCommand, shell: Shell): void => {
  const list = assets
    .command('list')
    .examples('micro ledger assets list', 'micro ledger assets list --json')
    .summary('List assets by code')
    .description('List assets by code. DIGITS is how many decimal digits an amount has.')
  withListFlags(list).action((flags: ListFlags, command: MicroCommand) => run(contextOf(shell, command), flags))
}

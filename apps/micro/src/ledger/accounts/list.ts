import type { LedgerAccount } from '@micro/contracts'
import { Option } from 'commander'
import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printable } from '../../shell/terminal.ts'
import { amountOf, changeOf } from '../money.ts'
import { openLedger } from '../open.ts'
import { accountStatuses, given, metadataOption, typeOption } from '../options.ts'
import { listUpTo, tellOfMore, withListFlags, type ListFlags } from '../pages.ts'
import { pendingOf } from './shown.ts'

interface Flags extends ListFlags {
  readonly type?: LedgerAccount['type']
  readonly currency?: string
  readonly status?: LedgerAccount['status']
  readonly idPrefix?: string
  readonly metadata?: Record<string, string>
}

const columns = [
  { heading: 'ACCOUNT' },
  { heading: 'NAME', cut: true, spare: 1 },
  { heading: 'TYPE', spare: 2 },
  { heading: 'BALANCE', right: true },
  { heading: 'PENDING', right: true },
  { heading: 'AVAILABLE', right: true },
  { heading: 'CURRENCY' },
  { heading: 'STATUS' },
]

const rowOf = (account: LedgerAccount): string[] => [
  account.id,
  printable(account.name),
  account.type,
  amountOf(BigInt(account.balance_str), account.scale),
  changeOf(pendingOf(account), account.scale),
  amountOf(BigInt(account.pending.available_str), account.scale),
  account.currency.toUpperCase(),
  account.status === 'active' ? '' : account.status,
]

const run = async (context: Context, { type, currency, status, idPrefix, metadata, ...page }: Flags): Promise<void> => {
  const { terminal } = context
  const { client } = await openLedger(context)
  const filter = given({ type, currency, status, id_prefix: idPrefix, metadata })
  const listed = await listUpTo((query) => client.listLedgerAccounts({ query: { ...filter, ...query } }), page)
  if (context.json) printJson(terminal, listed.items)
  else if (listed.items.length === 0) terminal.err('There are no such accounts.')
  else createColumns(terminal, columns).print(listed.items.map(rowOf))
  tellOfMore(terminal, listed)
}

export const addAccountsList = (accounts: MicroCommand, shell: Shell): void => {
  const list = accounts
    .command('list')
    .examples('micro ledger accounts list', 'micro ledger accounts list --type asset --currency eur --json')
    .summary('List accounts with their balances, newest first')
    .description(
      'List accounts with their balances, newest first. PENDING is what holds would change of the balance, AVAILABLE what they leave of it.',
    )
    .addOption(typeOption('only those of this type'))
    .option('--currency <code>', 'only those in this currency or asset')
    .addOption(new Option('--status <status>', 'only those with this status').choices(accountStatuses))
    .option('--id-prefix <text>', 'only those whose id begins so')
    .addOption(metadataOption('only those with this metadata'))
  withListFlags(list).action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}

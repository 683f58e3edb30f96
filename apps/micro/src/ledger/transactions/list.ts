import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { createScales } from '../money.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { listUpTo, tellOfMore, withListFlags, type ListFlags } from '../pages.ts'
import { checkRange, readFrom, readTo } from '../times.ts'
import { currenciesOf, rowOf, transactionColumns } from './rows.ts'

interface Flags extends ListFlags {
  readonly account?: string
  readonly reference?: string
  readonly from?: number
  readonly to?: number
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
    await scales.learn(listed.items.flatMap(currenciesOf))
    createColumns(terminal, transactionColumns).print(listed.items.map((item) => rowOf(item, scales)))
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

import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { readTransactionId } from '../options.ts'
import { showTransaction } from './drawing.ts'

const run = async (context: Context, id: string): Promise<void> => {
  const ledger = await openLedger(context)
  await showTransaction(context, ledger, await ledger.client.retrieveLedgerTransaction({ params: { id } }))
}

export const addTransactionsShow = (transactions: MicroCommand, shell: Shell): void => {
  transactions
    .command('show')
    .argument('<transaction>', 'the id of the transaction, ltx_…', readTransactionId)
    .examples('micro ledger transactions show ltx_00SRSIVEKu6cW0MhbOYBCcMJ')
    .summary('Show a transaction with its debits and credits')
    .description('Show a transaction: what it was for, and its debits and credits side by side with their sums.')
    .action((id: string, _flags: object, command: MicroCommand) => run(contextOf(shell, command), id))
}

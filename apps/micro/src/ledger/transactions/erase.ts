import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { readTransactionId } from '../options.ts'
import { showTransaction } from './drawing.ts'

const run = async (context: Context, id: string, reason: string): Promise<void> => {
  const ledger = await openLedger(context)
  const erased = await ledger.client.eraseLedgerTransaction({ params: { id }, body: { reason } })
  if (erased.erased === null)
    context.terminal.err('Nothing was erased: it has neither a description nor metadata. Its reference stays.')
  await showTransaction(context, ledger, erased)
}

export const addTransactionsErase = (transactions: MicroCommand, shell: Shell): void => {
  transactions
    .command('erase')
    .argument('<transaction>', 'the id of the transaction, ltx_…', readTransactionId)
    .examples('micro ledger transactions erase ltx_00SRSIVEKu6cW0MhbOYBCcMJ --reason "Asked to be forgotten, case 17"')
    .summary('Erase description and metadata of a transaction, for good')
    .description(
      'Erase description and metadata of a transaction, for good. Its entries, times and hashes stay, and the ledger still verifies.',
    )
    .requiredOption('--reason <text>', 'why, for the record; name nobody in it, for it stays')
    .action((id: string, flags: { reason: string }, command: MicroCommand) =>
      run(contextOf(shell, command), id, flags.reason),
    )
}

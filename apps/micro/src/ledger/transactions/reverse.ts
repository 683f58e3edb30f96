import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { given, readTransactionId } from '../options.ts'
import { readFrom } from '../times.ts'
import { showTransaction } from './drawing.ts'

interface Flags {
  readonly reference?: string
  readonly description?: string
  readonly effective?: number
}

const run = async (context: Context, id: string, { reference, description, effective }: Flags): Promise<void> => {
  const ledger = await openLedger(context)
  const body = given({ reference_id: reference, description, effective_at: effective })
  await showTransaction(context, ledger, await ledger.client.reverseLedgerTransaction({ params: { id }, body }))
}

export const addTransactionsReverse = (transactions: MicroCommand, shell: Shell): void => {
  transactions
    .command('reverse')
    .argument('<transaction>', 'the id of the transaction, ltx_…', readTransactionId)
    .examples('micro ledger transactions reverse ltx_00SRSIVEKu6cW0MhbOYBCcMJ --description "Wrong account"')
    .summary('Record the opposite of a transaction, once')
    .description('Record the opposite of a transaction, once. The same again changes nothing and shows it.')
    .option('--reference <id>', 'what it is called at your end; made from the transaction unless given')
    .option('--description <text>', 'why it is reversed')
    .option('--effective <time>', 'when it took or takes effect; now unless given', readFrom)
    .action((id: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), id, flags))
}

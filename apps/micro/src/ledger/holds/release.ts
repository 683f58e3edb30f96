import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { showTransaction } from '../transactions/drawing.ts'

interface Flags {
  readonly reference?: string
  readonly description?: string
}

const run = async (context: Context, id: string, { reference, description }: Flags): Promise<void> => {
  const ledger = await openLedger(context)
  const body = given({ reference_id: reference, description })
  await showTransaction(context, ledger, await ledger.client.releaseLedgerHold({ params: { id }, body }))
}

export const addHoldsRelease = (holds: MicroCommand, shell: Shell): void => {
  holds
    .command('release')
    .argument('<hold>', 'the id of the hold, hold_…')
    .examples('micro ledger holds release hold_00SRSIVEKu6cW0MhbOYBCcMJ')
    .summary('Give back what is left of a hold')
    .description('Give back what is left of a hold.')
    .option('--reference <id>', 'what it is called at your end; made from the hold unless given')
    .option('--description <text>', 'why it is released')
    .action((id: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), id, flags))
}

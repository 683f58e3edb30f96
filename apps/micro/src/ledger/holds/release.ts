import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { tellOfDryRun } from '../asked.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { showTransaction } from '../transactions/drawing.ts'

interface Flags {
  readonly reference?: string
  readonly description?: string
  readonly dryRun?: boolean
}

const run = async (context: Context, id: string, { reference, description, dryRun }: Flags): Promise<void> => {
  const ledger = await openLedger(context)
  const body = given({ reference_id: reference, description, dry_run: dryRun })
  const released = await ledger.client.releaseLedgerHold({ params: { id }, body })
  tellOfDryRun(context, released)
  await showTransaction(context, ledger, released)
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
    .option('--dry-run', 'check everything and show what would be given back')
    .action((id: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), id, flags))
}

import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { showHold } from './drawing.ts'

const run = async (context: Context, id: string): Promise<void> => {
  const ledger = await openLedger(context)
  await showHold(context, ledger, await ledger.client.retrieveLedgerHold({ params: { id } }))
}

export const addHoldsShow = (holds: MicroCommand, shell: Shell): void => {
  holds
    .command('show')
    .argument('<hold>', 'the id of the hold, hold_…')
    .examples('micro ledger holds show hold_00SRSIVEKu6cW0MhbOYBCcMJ')
    .summary('Show a hold with what became of it')
    .description('Show a hold: what it set aside, what of it was captured, and what is left.')
    .action((id: string, _flags: object, command: MicroCommand) => run(contextOf(shell, command), id))
}

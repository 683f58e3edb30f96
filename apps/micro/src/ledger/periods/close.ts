import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { readTo, stamp } from '../times.ts'

const run = async (context: Context, through: number, description: string | undefined): Promise<void> => {
  const { terminal } = context
  const { client } = await openLedger(context)
  const body = { closes_through: through, ...given({ description }) }
  const period = await client.closeLedgerPeriod({ body })
  if (context.json) printJson(terminal, period)
  else
    terminal.out(
      `Closed ${period.id}: what took effect up to ${stamp(period.closes_through)} UTC is settled, as of seq ${period.seq}.`,
    )
}

export const addPeriodsClose = (periods: MicroCommand, shell: Shell): void => {
  periods
    .command('close')
    .argument('<through>', 'the last day or second that is closed, such as 2026-01-31', readTo)
    .examples('micro ledger periods close 2026-01-31 --description "January"')
    .summary('Close all that took effect up to a day, for good')
    .description(
      'Close all that took effect up to a day (to its end in UTC) or a second, for good: no transaction that takes effect there is taken any more. The same again changes nothing.',
    )
    .option('--description <text>', 'what it is called')
    .action((through: number, flags: { description?: string }, command: MicroCommand) =>
      run(contextOf(shell, command), through, flags.description),
    )
}

import type { MicroCommand } from '../../shell/command.ts'
import type { Shell } from '../../shell/shell.ts'
import { addPeriodsClose } from './close.ts'
import { addPeriodsList } from './list.ts'

export const addPeriods = (ledger: MicroCommand, shell: Shell): void => {
  const periods = ledger
    .command('periods')
    .examples('micro ledger periods list', 'micro ledger periods close 2026-01-31')
    .summary('List and close periods')
    .description('List and close periods: what took effect in a closed one is settled for good.')
    .helpCommand(false)
  addPeriodsList(periods, shell)
  addPeriodsClose(periods, shell)
}

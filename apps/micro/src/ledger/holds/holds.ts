import type { MicroCommand } from '../../shell/command.ts'
import type { Shell } from '../../shell/shell.ts'
import { addHoldsCapture } from './capture.ts'
import { addHoldsCreate } from './create.ts'
import { addHoldsList } from './list.ts'
import { addHoldsRelease } from './release.ts'
import { addHoldsShow } from './show.ts'

export const addHolds = (ledger: MicroCommand, shell: Shell): void => {
  const holds = ledger
    .command('holds')
    .examples('micro ledger holds list --status open', 'micro ledger holds capture hold_00SRSIVEKu6cW0MhbOYBCcMJ')
    .summary('List, show, create, capture and release holds')
    .description('List, show, create, capture and release what is held: money set aside that is not posted yet.')
    .helpCommand(false)
  addHoldsList(holds, shell)
  addHoldsShow(holds, shell)
  addHoldsCreate(holds, shell)
  addHoldsCapture(holds, shell)
  addHoldsRelease(holds, shell)
}

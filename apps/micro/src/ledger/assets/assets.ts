import type { MicroCommand } from '../../shell/command.ts'
import type { Shell } from '../../shell/shell.ts'
import { addAssetsCreate } from './create.ts'
import { addAssetsList } from './list.ts'

export const addAssets = (ledger: MicroCommand, shell: Shell): void => {
  const assets = ledger
    .command('assets')
    .examples('micro ledger assets list', 'micro ledger assets create points --name "Loyalty points" --scale 0')
    .summary('List and create assets: what you count beside currencies')
    .description('List and create assets: what accounts can be kept in beside the currencies of ISO 4217.')
    .helpCommand(false)
  addAssetsList(assets, shell)
  addAssetsCreate(assets, shell)
}

import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { addKeysCreate } from './create.ts'
import { addKeysList } from './list.ts'
import { addKeysRevoke } from './revoke.ts'
import { addKeysRoll } from './roll.ts'

export const addKeys = (program: MicroCommand, shell: Shell): void => {
  const keys = program
    .command('keys')
    .examples('micro keys list', 'micro keys create --environment test --name "my laptop"')
    .summary('Create, list, roll and revoke API keys')
    .description('Create, list, roll and revoke API keys. Needs a login session, since an API key cannot make others.')
    .helpCommand(false)
    .helpGroup('Account commands:')
  addKeysCreate(keys, shell)
  addKeysList(keys, shell)
  addKeysRoll(keys, shell)
  addKeysRevoke(keys, shell)
}

import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { addConfigGet } from './get.ts'
import { addConfigList } from './list.ts'
import { addConfigProfiles } from './profiles.ts'
import { addConfigSet } from './set.ts'
import { addConfigUnset } from './unset.ts'

export const addConfig = (program: MicroCommand, shell: Shell): void => {
  const config = program
    .command('config')
    .examples('micro config list', 'micro config set gateway_url https://payments.example.com')
    .summary('Look at settings and profiles, and change them')
    .description('Look at settings and profiles, and change them.')
    .helpCommand(false)
    .helpGroup('Account commands:')
  addConfigList(config, shell)
  addConfigGet(config, shell)
  addConfigSet(config, shell)
  addConfigUnset(config, shell)
  addConfigProfiles(config, shell)
}

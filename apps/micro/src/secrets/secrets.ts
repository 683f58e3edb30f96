import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { addSecretsInit } from './init.ts'
import { addSecretsList } from './list.ts'
import { addSecretsPrune } from './prune.ts'
import { addSecretsRotate } from './rotate.ts'

export const addSecrets = (program: MicroCommand, shell: Shell): void => {
  const secrets = program
    .command('secrets')
    .examples('micro secrets list', 'micro secrets rotate pepper', 'micro secrets prune pepper')
    .summary('Make, rotate and prune the secrets of an installation')
    .description(
      'Make, rotate and prune the secrets that an installation of Micro lives on. None of them is ever printed.',
    )
    .helpCommand(false)
    .helpGroup('Operator commands:')
  addSecretsInit(secrets, shell)
  addSecretsList(secrets, shell)
  addSecretsRotate(secrets, shell)
  addSecretsPrune(secrets, shell)
}

import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { addSecretsInit } from './init.ts'

export const addSecrets = (program: MicroCommand, shell: Shell): void => {
  const secrets = program
    .command('secrets')
    .examples('micro secrets init --dir /etc/micro')
    .summary('Make the secrets of an installation')
    .description('Make the secrets that an installation of Micro lives on. None of them is ever printed.')
    .helpCommand(false)
    .helpGroup('Operator commands:')
  addSecretsInit(secrets, shell)
}

import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Shell } from '../shell/shell.ts'

export const addVersion = (program: MicroCommand, shell: Shell): void => {
  program
    .command('version')
    .examples('micro version', 'micro version --json')
    .summary('Print the version')
    .description('Print the version of this program.')
    .helpGroup('Other commands:')
    .action((_flags: object, command: MicroCommand) => {
      const { terminal, json } = contextOf(shell, command)
      if (json)
        printJson(terminal, {
          version: shell.version,
          node: process.versions.node,
          platform: `${process.platform}-${process.arch}`,
        })
      else terminal.out(`micro ${shell.version}`)
    })
}

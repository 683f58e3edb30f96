import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { addDbUrl } from './url.ts'

export const addDb = (program: MicroCommand, shell: Shell): void => {
  const db = program
    .command('db')
    .examples('psql "$(micro db url ledger)"')
    .summary('Find the databases of the Micro running here')
    .description('Find the databases of the Micro running on this machine.')
    .helpCommand(false)
    .helpGroup('Core commands:')
  addDbUrl(db, shell)
}

import type { MicroCommand } from '../shell/command.ts'
import { findProgram, runInPlace } from '../shell/program.ts'
import type { Shell } from '../shell/shell.ts'
import type { GlobalFlags } from '../settings/settings.ts'

interface Flags extends GlobalFlags {
  readonly dataDir: string
}

export const addRestore = (program: MicroCommand, shell: Shell): void => {
  program
    .command('restore')
    .argument('<file>', 'a file that "micro backup" wrote')
    .examples('micro restore micro-backup-20260131T120000Z.tar.gz --data-dir ~/micro-restored')
    .summary('Make a data directory out of a backup and verify its ledger')
    .description(
      'Make a data directory out of a backup: check the file, unpack it into a new folder, let PostgreSQL recover, and verify the ledger from its entries. Exit code 0 says that all of it held. Never takes the place of data that is there.',
    )
    .helpGroup('Core commands:')
    .option('--data-dir <path>', 'the new data directory; it must be missing or empty', '.micro')
    .action(async (file: string, _flags: Flags, command: MicroCommand) => {
      const { dataDir, json } = command.optsWithGlobals<Flags>()
      process.exitCode = await runInPlace(findProgram('restore', shell.programUrl), [
        ...(json === true ? ['--json'] : []),
        '--data-dir',
        dataDir,
        '--',
        file,
      ])
    })
}

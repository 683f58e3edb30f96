import type { MicroCommand } from '../shell/command.ts'
import { findProgram, runInPlace } from '../shell/program.ts'
import type { Shell } from '../shell/shell.ts'
import type { GlobalFlags } from '../settings/settings.ts'

interface Flags extends GlobalFlags {
  readonly dataDir: string
  readonly output?: string
}

export const addBackup = (program: MicroCommand, shell: Shell): void => {
  program
    .command('backup')
    .examples(
      'micro backup',
      'micro backup --output /mnt/backups/monday.tar.gz',
      'micro backup --data-dir ~/micro-data --json',
    )
    .summary('Write everything into one file, while Micro runs or not')
    .description(
      'Write everything into one file: the databases and the secrets that open them. A Micro that runs on the data directory goes on working meanwhile. Whoever has the file has every secret of the installation, so keep it as you would keep a key.',
    )
    .helpGroup('Core commands:')
    .option('--data-dir <path>', 'the data directory that "micro up" was given', '.micro')
    .option('--output <file>', 'where to write (default "micro-backup-TIME.tar.gz" in this folder)')
    .action(async (_flags: Flags, command: MicroCommand) => {
      const { dataDir, output, json } = command.optsWithGlobals<Flags>()
      process.exitCode = await runInPlace(findProgram('backup', shell.programUrl), [
        '--data-dir',
        dataDir,
        ...(output === undefined ? [] : ['--output', output]),
        ...(json === true ? ['--json'] : []),
      ])
    })
}

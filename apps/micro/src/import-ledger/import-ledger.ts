import type { MicroCommand } from '../shell/command.ts'
import { findProgram, runInPlace } from '../shell/program.ts'
import type { Shell } from '../shell/shell.ts'
import type { GlobalFlags } from '../settings/settings.ts'

interface Flags extends GlobalFlags {
  readonly dataDir: string
  readonly merchant: string
  readonly mode: string
}

export const addImportLedger = (program: MicroCommand, shell: Shell): void => {
  program
    .command('import-ledger')
    .argument('<file>', 'an export of a ledger as NDJSON; - for standard input')
    .examples('micro import-ledger book.ndjson --merchant acct_123 --mode test')
    .summary('Make an export the ledger of a merchant who has none')
    .description(
      "Make an export of a ledger the ledger of a merchant who has none in that mode, while Micro runs or not: accounts, transactions, holds, periods and hashes are what they were. All of it or nothing: what does not fit is named by its line. Whoever has the data directory can do this, and no merchant, since Micro's own transactions are in it.",
    )
    .helpGroup('Core commands:')
    .requiredOption('--merchant <id>', 'the merchant who gets it ("micro whoami" shows yours)')
    .requiredOption('--mode <mode>', 'test or live, as the export has it')
    .option('--data-dir <path>', 'the data directory that "micro up" was given', '.micro')
    .action(async (file: string, _flags: Flags, command: MicroCommand) => {
      const { dataDir, merchant, mode, json } = command.optsWithGlobals<Flags>()
      process.exitCode = await runInPlace(findProgram('import', shell.programUrl), [
        ...(json === true ? ['--json'] : []),
        ...['--data-dir', dataDir, '--merchant', merchant, '--mode', mode, '--', file],
      ])
    })
}

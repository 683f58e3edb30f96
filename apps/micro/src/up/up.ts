import { InvalidArgumentError } from 'commander'
import type { MicroCommand } from '../shell/command.ts'
import { findProgram, runInPlace } from '../shell/program.ts'
import { contextOf, type Shell } from '../shell/shell.ts'

interface Flags {
  readonly port: string
  readonly host: string
  readonly dataDir: string
  readonly ephemeral?: boolean
}

const readPort = (text: string): string => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535.')
  return text
}

export const addUp = (program: MicroCommand, shell: Shell): void => {
  program
    .command('up')
    .examples(
      'micro up',
      'micro up --port 9090 --data-dir ~/micro-data',
      'micro up --ephemeral',
      'micro up --port 0 --json',
    )
    .summary('Start Micro on this machine')
    .description(
      'Start the whole of Micro on this machine: gateway, services and their PostgreSQL, in the foreground. Ctrl-C stops everything; data stays. With --json it prints one line once it is ready, and says the rest on standard error.',
    )
    .helpGroup('Core commands:')
    .option('--port <port>', 'port of the gateway; 0 for any free one', readPort, '8080')
    .option('--host <address>', 'address the gateway listens on', '127.0.0.1')
    .option('--data-dir <path>', 'where data lives', '.micro')
    .option('--ephemeral', 'keep data in a temporary place and remove it at the end')
    .action(async ({ port, host, dataDir, ephemeral }: Flags, command: MicroCommand) => {
      const { json } = contextOf(shell, command)
      const args = [
        '--port',
        port,
        '--host',
        host,
        '--data-dir',
        dataDir,
        ...(ephemeral === true ? ['--ephemeral'] : []),
        ...(json ? ['--json'] : []),
      ]
      process.exitCode = await runInPlace(findProgram('up', shell.programUrl), args)
    })
}

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError } from 'commander'
import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import type { Shell } from '../shell/shell.ts'

interface Flags {
  readonly port: string
  readonly host: string
  readonly dataDir: string
  readonly ephemeral?: boolean
}

/** The all-in-one process: bundled beside a bundled CLI, as source beside a CLI run from source. */
const findEntry = (programUrl: string): string => {
  const built = fileURLToPath(new URL('../../embedded/dist/main.js', programUrl))
  const source = fileURLToPath(new URL('../../embedded/src/main.ts', programUrl))
  const entry = (programUrl.endsWith('.ts') ? [source, built] : [built, source]).find((path) => existsSync(path))
  if (entry === undefined) throw new Failure(`The platform is not built: ${built} is missing. Run: make build`)
  return entry
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs a program in this one's place: same terminal, every signal passed on once, its exit code for ours. The child
 * gets a channel that closes when we are killed, so that it is never left behind.
 */
const runInPlace = (entry: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, entry, ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      // In a process group of its own: Ctrl-C would otherwise reach it twice, from the terminal and from us.
      detached: process.platform !== 'win32',
    })
    const forwards = signals.map((signal) => [signal, () => void child.kill(signal)] as const)
    for (const [signal, forward] of forwards) process.on(signal, forward)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const [name, forward] of forwards) process.off(name, forward)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })

const readPort = (text: string): string => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535.')
  return text
}

export const addUp = (program: MicroCommand, shell: Shell): void => {
  program
    .command('up')
    .examples('micro up', 'micro up --port 9090 --data-dir ~/micro-data', 'micro up --ephemeral')
    .summary('Start Micro on this machine')
    .description(
      'Start the whole of Micro on this machine: gateway, services and their PostgreSQL, in the foreground. Ctrl-C stops everything; data stays.',
    )
    .helpGroup('Core commands:')
    .option('--port <port>', 'port of the gateway; 0 for any free one', readPort, '8080')
    .option('--host <address>', 'address the gateway listens on', '127.0.0.1')
    .option('--data-dir <path>', 'where data lives', '.micro')
    .option('--ephemeral', 'keep data in a temporary place and remove it at the end')
    .action(async ({ port, host, dataDir, ephemeral }: Flags) => {
      const args = [
        '--port',
        port,
        '--host',
        host,
        '--data-dir',
        dataDir,
        ...(ephemeral === true ? ['--ephemeral'] : []),
      ]
      process.exitCode = await runInPlace(findEntry(shell.programUrl), args)
    })
}

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.ts'
import { endSignals } from './signals.ts'

/** What works on a data directory and its PostgreSQL is no part of this program: it is run in its place. */
const programs = {
  up: { built: 'dist/main.js', source: 'src/main.ts' },
  backup: { built: 'dist/backup.js', source: 'src/backup/main.ts' },
  import: { built: 'dist/import.js', source: 'src/import/main.ts' },
  restore: { built: 'dist/restore.js', source: 'src/restore/main.ts' },
} as const

/** Bundled beside a bundled CLI, as source beside a CLI run from source. @throws Failure when it is neither */
export const findProgram = (name: keyof typeof programs, programUrl: string): string => {
  const at = (path: string): string => fileURLToPath(new URL(`../../embedded/${path}`, programUrl))
  const [built, source] = [at(programs[name].built), at(programs[name].source)]
  const entry = (programUrl.endsWith('.ts') ? [source, built] : [built, source]).find((path) => existsSync(path))
  if (entry === undefined) throw new Failure(`The platform is not built: ${built} is missing. Run: make build`)
  return entry
}

/**
 * Runs a program in this one's place: same terminal, every signal passed on once, its exit code for ours. The child
 * gets a channel that closes when we are killed, so that it is never left behind.
 */
export const runInPlace = (entry: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, entry, ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      // In a process group of its own: Ctrl-C would otherwise reach it twice, from the terminal and from us.
      detached: process.platform !== 'win32',
    })
    const forwards = endSignals.map((signal) => [signal, () => void child.kill(signal)] as const)
    for (const [signal, forward] of forwards) process.on(signal, forward)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const [name, forward] of forwards) process.off(name, forward)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })

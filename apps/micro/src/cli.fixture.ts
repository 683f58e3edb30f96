import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compileCache, eventually } from '@micro/testing'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

export interface CliOptions {
  /** HOME, so that a test never touches the settings of whoever runs it. */
  readonly home: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A `micro` under way, with what it has printed so far. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  stdout(): string
  stderr(): string
  readonly finished: Promise<Finished>
  /** Waits until standard output holds this. */
  says(text: string | RegExp): Promise<void>
}

/** Starts a program and keeps what it prints. */
export const startProgram = (args: readonly string[], options: CliOptions & { detached?: boolean }): Running => {
  const child = spawn(process.execPath, args, {
    env: { ...compileCache, PATH: process.env['PATH'], HOME: options.home, ...options.env },
    cwd: options.cwd ?? options.home,
    detached: options.detached ?? false,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString('utf8')))
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString('utf8')))
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const finished = new Promise<Finished>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    finished,
    says: (text) =>
      eventually(() => {
        if (stdout.search(text) < 0) throw new Error(`standard output has no ${text}:\n${stdout}\n${stderr}`)
      }),
  }
}

export const startCli = (args: readonly string[], options: CliOptions): Running =>
  startProgram([main, ...args], options)

export const runCli = (args: readonly string[], options: CliOptions): Promise<Finished> =>
  startCli(args, options).finished

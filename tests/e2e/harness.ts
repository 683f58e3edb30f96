import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCache, eventually } from '@micro/testing'

export const root = fileURLToPath(new URL('../../', import.meta.url))
/** The program a user runs; `make test` builds it first. */
export const microProgram = join(root, 'micro')

export interface Instance {
  pid: number
  gateway_url: string
  databases: Record<'auth' | 'payments' | 'ledger' | 'events', { url: string }>
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A child process with everything it prints. */
export interface Running {
  child: ChildProcess
  stdout: () => string
  stderr: () => string
  ended: Promise<Ended>
}

/** Starts a program; `env` is added to a bare environment, so that nothing of the host leaks in. */
export const start = (
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string } = {},
): Running => {
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: {
      ...compileCache,
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '/',
      NO_COLOR: '1',
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  )
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}

export interface Micro {
  url: string
  dataDir: string
  /** Process id of the platform itself, which the CLI started. */
  pid: number
  instance: Instance
  running: Running
  /** As Ctrl-C does, and waits for the end. */
  stop: () => Promise<Ended>
}

const readInstance = async (dataDir: string): Promise<Instance> =>
  JSON.parse(await readFile(join(dataDir, 'instance.json'), 'utf8')) as Instance

/** A processor where nobody listens: a key that is no processor's is not sent to Stripe. */
export const nobodysUrl = 'http://127.0.0.1:9'
const processorUrls = `https://api.stripe.com,${nobodysUrl}`

/** `./micro up` on a free port, on a data directory of its own; rejects with what it printed when it ends early. */
export const micro = async (
  options: { dataDir?: string; env?: Record<string, string>; args?: readonly string[] } = {},
): Promise<Micro> => {
  const dataDir = options.dataDir ?? (await temporaryDirectory())
  const running = start(microProgram, ['up', '--port', '0', '--data-dir', dataDir, ...(options.args ?? [])], {
    env: { MICRO_RATE_LIMIT: '0', MICRO_IP_RATE_LIMIT: '0', MICRO_PROCESSOR_URLS: processorUrls, ...options.env },
  })
  const early = running.ended.then(({ code, stdout, stderr }) => {
    throw new Error(`micro up ended with ${code}:\n${stdout}\n${stderr}`)
  })
  const ready = eventually(() => {
    if (!running.stdout().includes('Micro is ready'))
      throw new Error(`not ready yet:\n${running.stdout()}\n${running.stderr()}`)
  })
  await Promise.race([ready, early])
  early.catch(() => {})
  const instance = await readInstance(dataDir)
  return {
    url: instance.gateway_url,
    dataDir,
    pid: instance.pid,
    instance,
    running,
    stop: () => {
      running.child.kill('SIGINT')
      return running.ended
    },
  }
}

const directories: string[] = []
export const temporaryDirectory = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'micro-e2e-'))
  directories.push(path)
  return path
}

/** For afterAll: what the tests of a file left in temporary folders. */
export const removeTemporaryDirectories = async (): Promise<void> => {
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 })))
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { explainFileErrors } from './errors.ts'
import { isAlive } from './processes.ts'

/** Another live process works on the directory. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError'
  readonly pid: number

  constructor(directory: string, pid: number) {
    super(`${directory} is in use by another process (pid ${pid})`)
    this.pid = pid
  }
}

// A lock is the highest of the files lock.1, lock.2, …: whoever finds it stale or released takes the next number,
// which only one can create. No file is ever removed while it is the highest, so nobody can take the lock on the
// strength of an outdated look at the directory.
const LOCK = /^lock\.(\d+)$/

type Holder = { pid: number; started: string }

/** By `ps`, where there is no /proc, as on macOS: to the second, and the same whoever asks. Empty without a `ps`. */
const startByPs = (pid: number): string => {
  try {
    const env = { LC_ALL: 'C', TZ: 'UTC' }
    return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5_000,
    }).trim()
  } catch {
    return ''
  }
}

/**
 * When a process started: with its pid it names the process, even after the number went round. Empty where the system
 * does not tell.
 */
const startOf = (pid: number): string => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? ''
    return `${boot}:${afterName.split(' ')[19]}`
  } catch {
    return process.platform === 'linux' ? '' : startByPs(pid)
  }
}

/** In doubt it is held: two on one directory are worse than none. Releases before told no start where there is no /proc. */
const isHeld = ({ pid, started }: Holder) =>
  pid > 0 && isAlive(pid) && (started === '' || [started, ''].includes(startOf(pid)))

const lockNumbers = async (directory: string) =>
  (await readdir(directory))
    .flatMap((name) => LOCK.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)

const readHolder = async (path: string): Promise<Holder | undefined> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch (error) {
    // Gone: someone took a higher number. Unreadable cannot be, since files appear whole.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Creates `path` whole, failing when it exists: a reader never sees an empty lock. */
const createWhole = async (path: string, content: string) => {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, content, { flag: 'wx', mode: 0o600 })
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

const replaceWhole = async (path: string, content: string) => {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, content, { flag: 'wx', mode: 0o600 })
  await rename(draft, path)
}

/** One try; undefined when the directory changed under it. */
const tryLock = async (directory: string): Promise<string | undefined> => {
  const highest = (await lockNumbers(directory)).at(-1) ?? 0
  if (highest > 0) {
    const holder = await readHolder(join(directory, `lock.${highest}`))
    if (!holder) return undefined
    if (isHeld(holder)) throw new DirectoryInUseError(directory, holder.pid)
  }
  const path = join(directory, `lock.${highest + 1}`)
  const self: Holder = { pid: process.pid, started: startOf(process.pid) }
  if (!(await createWhole(path, JSON.stringify(self)))) return undefined
  const numbers = await lockNumbers(directory)
  if (numbers.at(-1) !== highest + 1) {
    // Our look was outdated: a higher lock exists, so ours means nothing.
    await rm(path, { force: true })
    return undefined
  }
  for (const number of numbers) if (number <= highest) await rm(join(directory, `lock.${number}`), { force: true })
  return path
}

/**
 * Makes this process the only user of `directory` (created if missing) until the returned function is called or the
 * process ends, however it ends. Throws DirectoryInUseError with the pid of the process that has it.
 */
export const lockDirectory = (directory: string): Promise<() => Promise<void>> =>
  explainFileErrors(directory, async () => {
    await mkdir(directory, { recursive: true })
    for (;;) {
      const path = await tryLock(directory)
      if (path !== undefined) return () => replaceWhole(path, JSON.stringify({ pid: 0, started: '' }))
    }
  })

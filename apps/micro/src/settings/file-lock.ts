import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'
import { Failure } from '../shell/failure.ts'

const waitMsMax = 10_000
const pauseMs = 25

/** This process, and no later one that gets the same number, as every first process of a container does. */
const self = `${process.pid} ${Math.round(performance.timeOrigin)}`

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** A holder that died left its lock behind. One still without a process id is being written this moment. */
const isStale = async (lock: string): Promise<boolean> => {
  const text = await readFile(lock, 'utf8').catch(() => '')
  const pid = /^(\d+)(?: \d+)?$/.exec(text)?.[1]
  if (pid !== undefined) return Number(pid) === process.pid ? text !== self : !isAlive(Number(pid))
  const before = await stat(lock).catch(() => undefined)
  await pause(500)
  const after = await stat(lock).catch(() => undefined)
  return before !== undefined && after !== undefined && before.ino === after.ino && after.size === 0
}

const take = async (lock: string): Promise<boolean> => {
  try {
    const file = await open(lock, 'wx', 0o600)
    try {
      await file.writeFile(self)
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return false
  }
}

/**
 * Runs `work` while no other `micro` does the same to this path. Waits for another for `waitMs`, 10 seconds unless said.
 * @throws Failure when it still holds it then
 */
export const withFileLock = async <T>(
  path: string,
  work: () => Promise<T>,
  { waitMs = waitMsMax }: { waitMs?: number } = {},
): Promise<T> => {
  const lock = `${path}.lock`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const deadline = monotonicMs() + waitMs
  while (!(await take(lock))) {
    if (await isStale(lock)) await rm(lock, { force: true })
    else if (monotonicMs() >= deadline)
      throw new Failure(`Another micro is changing ${path}. If none is running, remove ${lock}.`)
    else await pause(pauseMs)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

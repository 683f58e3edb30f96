import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readFile, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'
import { EmbeddedPostgresError } from './errors.ts'

const pollMs = 10

/** True once `check` holds, false when it does not within `timeoutMs`. */
export const waitUntil = async (check: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> => {
  const deadline = monotonicMs() + timeoutMs
  while (!(await check())) {
    if (monotonicMs() > deadline) return false
    await pause(pollMs)
  }
  return true
}

/** Whether a process of this id exists and is no zombie; one of another user counts. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

/** Sends a signal, if the process is still there to get it. */
export const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself in between.
  }
}

// initdb works there too, when its own parent was killed halfway.
const SERVER = /^(postgres|initdb)/

/** Linux: every server process works inside its data directory, so the directory tells whose it is. */
const linuxServersIn = (folder: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return (
          pid > 0 &&
          readlinkSync(`/proc/${pid}/cwd`) === folder &&
          SERVER.test(readFileSync(`/proc/${pid}/comm`, 'utf8'))
        )
      } catch {
        return false
      }
    })

/** Elsewhere: the server named by its pid file, if the command line of that process names the directory. */
const namedServerIn = (folder: string, pid: number | undefined): number[] => {
  if (pid === undefined || !isAlive(pid)) return []
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).includes(folder) ? [pid] : []
  } catch {
    return []
  }
}

const pidFileOf = (cluster: string) => join(cluster, 'postmaster.pid')

type PidFile = { pid: number; port: number | undefined; isReady: boolean }

/** The lines of PostgreSQL's pid file: the first is the pid, the fourth the port, the eighth the status. */
export const readPidFile = async (cluster: string): Promise<PidFile | undefined> => {
  const lines = (await readFile(pidFileOf(cluster), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  const port = Number(lines[3])
  return pid > 0 ? { pid, port: port > 0 ? port : undefined, isReady: lines[7]?.trim() === 'ready' } : undefined
}

const serversIn = async (cluster: string): Promise<number[]> => {
  const folder = await realpath(cluster).catch(() => undefined)
  if (folder === undefined) return []
  return process.platform === 'linux'
    ? linuxServersIn(folder)
    : namedServerIn(folder, (await readPidFile(cluster))?.pid)
}

/**
 * Ends what a killed predecessor left behind in `cluster`: a server without its parent, or backends whose server was
 * killed and which would keep a new one from starting. Nothing outside the directory is touched.
 */
export const stopLeftovers = async (cluster: string): Promise<void> => {
  const server = (await readPidFile(cluster))?.pid
  const isGone = async () => (await serversIn(cluster)).length === 0
  const steps = [
    // Fast shutdown is for the server alone: it ends its backends in order and writes a checkpoint.
    { name: 'SIGINT', waitMs: 15_000, reaches: (pid: number) => pid === server },
    { name: 'SIGQUIT', waitMs: 5_000, reaches: () => true },
    { name: 'SIGKILL', waitMs: 5_000, reaches: () => true },
  ] as const
  for (const { name, waitMs, reaches } of steps) {
    const targets = (await serversIn(cluster)).filter(reaches)
    for (const pid of targets) signal(pid, name)
    if (targets.length > 0) await waitUntil(isGone, waitMs)
  }
  if (!(await isGone())) throw new EmbeddedPostgresError(`a PostgreSQL left over in ${cluster} does not end`)
  // With a stale file, PostgreSQL would refuse to start whenever the number belongs to another process by now.
  await rm(pidFileOf(cluster), { force: true })
}

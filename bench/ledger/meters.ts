// What work cost: CPU time of processes, as Linux tells it, and bytes of PostgreSQL's log.
import { readdirSync, readFileSync } from 'node:fs'

/** The unit of /proc/…/stat: hundredths of a second, in µs. */
const tickUs = 10_000

/** A process and what it has used: its parent, its own CPU time and that of its children which have ended, in µs. */
interface Times {
  readonly parent: number
  readonly ownUs: number
  readonly endedUs: number
}

const timesOf = (pid: number | string): Times | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before is in brackets and may hold anything.
    const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ')
    const ticks = (at: number): number => Number(fields[at]) + Number(fields[at + 1])
    return { parent: Number(fields[1]), ownUs: ticks(11) * tickUs, endedUs: ticks(13) * tickUs }
  } catch {
    return undefined
  }
}

/** CPU time a process has used, in µs; undefined where the system does not tell. */
export const cpuUs = (pid: number): number | undefined => timesOf(pid)?.ownUs

/**
 * To the nanosecond, of a process with one thread. Where ticks are all there is, each of many connections has some
 * hundredths of a second that show only once it ends.
 */
const exactUs = (pid: number | string): number | undefined => {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000
  } catch {
    return timesOf(pid)?.ownUs
  }
}

/** As cpuUs, of PostgreSQL: its main process has a child for each connection. */
export const postgresCpuUs = (pid: number): number | undefined => {
  const main = timesOf(pid)
  if (main === undefined) return undefined
  const all = readdirSync('/proc').filter((name) => name === String(pid) || timesOf(name)?.parent === pid)
  return all.reduce((sum, each) => sum + (exactUs(each) ?? 0), main.endedUs)
}

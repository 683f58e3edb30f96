import { readdir } from 'node:fs/promises'
import { readOwnFile } from './own-file.ts'
import { isAlive, startOf } from './processes.ts'

/** The process that works on a data directory, as its lock names it. */
export interface Holder {
  readonly pid: number
  /** Together with the number it names one process; empty where the system does not tell. */
  readonly started: string
}

/**
 * Whether that very process still runs, and not another one that was given its number. A lock that tells no start, as
 * releases before wrote it where there is no /proc, is held while there is such a process: `down` asks further.
 */
export const isHolding = ({ pid, started }: Holder): boolean =>
  pid > 0 && isAlive(pid) && (started === '' || startOf(pid) === started)

const parse = (text: string): Holder | undefined => {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>
    return Number.isInteger(pid) && typeof started === 'string' ? { pid: Number(pid), started } : undefined
  } catch {
    return undefined
  }
}

/**
 * Who holds the data directory: the highest of its files `lock.1`, `lock.2`, … says so.
 * @throws Failure when folder or file are not this user's
 */
export const findHolder = async (dataDir: string): Promise<Holder | undefined> => {
  const names = await readdir(dataDir).catch(() => [])
  const highest = Math.max(0, ...names.map((name) => Number(/^lock\.(\d+)$/.exec(name)?.[1] ?? 0)))
  if (highest === 0) return undefined
  const holder = parse((await readOwnFile(dataDir, `lock.${highest}`)) ?? '')
  return holder !== undefined && isHolding(holder) ? holder : undefined
}

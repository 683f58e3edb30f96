import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../shell/failure.ts'

/** What a running installation says about itself in `<data-dir>/instance.json`. */
export interface Instance {
  readonly pid: number
  readonly databases: Readonly<Record<string, { readonly url: string; readonly reader_url?: string }>>
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process is alive all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const parse = (text: string): Instance | undefined => {
  try {
    const value = JSON.parse(text) as Partial<Instance> | null
    return Number.isInteger(value?.pid) && typeof value?.databases === 'object' ? (value as Instance) : undefined
  } catch {
    return undefined
  }
}

/** @throws Failure when nothing runs on this data directory */
export const readInstance = async (dataDir: string): Promise<Instance> => {
  const notRunning = (cause?: unknown) =>
    new Failure(
      `No Micro is running on the data directory ${dataDir}. Start it with: micro up, or name another with --data-dir.`,
      { cause },
    )
  const text = await readFile(join(dataDir, 'instance.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES')
      throw new Failure(`${join(dataDir, 'instance.json')} belongs to another user.`, { cause: error })
    throw notRunning(error)
  })
  const instance = parse(text)
  // A file whose process is gone was left behind by a crash.
  if (instance === undefined || !isAlive(instance.pid)) throw notRunning()
  return instance
}

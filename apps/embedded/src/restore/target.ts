import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DirectoryInUseError, lockDirectory } from '@micro/postgres'
import { syncPath } from '../archive/sync-path.ts'
import { ToolError } from '../tool.ts'

/** Where a restore goes: a folder beside the data directory until all of it is there. */
export interface Target {
  readonly aside: string
  /** Makes it the data directory, at once. @throws ToolError when something is there by now */
  readonly moveInPlace: () => Promise<void>
  /** Removes what was not moved. */
  readonly close: () => Promise<void>
}

/** @throws ToolError unless the directory is missing or empty */
const checkEmpty = async (dataDir: string): Promise<void> => {
  const names = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new ToolError(`${dataDir} cannot be used: ${error.message}. Name another with --data-dir.`, { cause: error })
  })
  if (names.length > 0)
    throw new ToolError(
      `${dataDir} is not empty, and a restore never takes the place of data. Name a new folder with --data-dir, or move that one away first.`,
    )
}

const lock = async (place: string): Promise<() => Promise<void>> => {
  try {
    return await lockDirectory(place)
  } catch (error) {
    if (error instanceof DirectoryInUseError)
      throw new ToolError(`Another restore to the same folder is under way (process ${error.pid}).`, { cause: error })
    throw error
  }
}

/** Takes the place beside the data directory for this process alone, removing what a killed restore left there. */
export const openTarget = async (dataDir: string): Promise<Target> => {
  await checkEmpty(dataDir)
  const place = `${dataDir}.restoring`
  const release = await lock(place)
  const aside = join(place, 'data')
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside, { mode: 0o711 })
  return {
    aside,
    async moveInPlace() {
      await checkEmpty(dataDir)
      await rename(aside, dataDir)
      await syncPath(dirname(dataDir))
    },
    async close() {
      await rm(aside, { recursive: true, force: true, maxRetries: 3 })
      await release()
      await rm(place, { recursive: true, force: true })
    },
  }
}

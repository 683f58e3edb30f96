import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from './start-error.ts'

const othersMay = 0o077

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** What others could read is no secret any more, and only its owner can say whether they did. */
const refuseOpen = async (path: string): Promise<void> => {
  if (process.platform === 'win32' || ((await stat(path)).mode & othersMay) === 0) return
  throw new StartError(
    `${path} can be read by others on this machine. Close it with: chmod 600 '${path}'. If they may have read it, rotate it: micro secrets rotate --help`,
  )
}

/**
 * Reads `secrets/<name>` of the data directory, making it on first use. Written aside, flushed and renamed, so that a
 * crash leaves either no secret or a whole one: half a pepper would lock every API key out.
 * @throws StartError when others may read it
 */
export const loadSecret = async (dataDir: string, name: string, create: () => string): Promise<string> => {
  const folder = join(dataDir, 'secrets')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const path = join(folder, name)
  try {
    const text = await readFile(path, 'utf8')
    await refuseOpen(path)
    return text
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  const text = create()
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  return text
}

import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm } from 'node:fs/promises'

/** Written aside, flushed and renamed: whoever reads sees the old file or the new one, never half of one. */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  // A link to a file kept elsewhere stays a link.
  const target = await realpath(path).catch(() => path)
  const aside = `${target}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(aside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(aside, target)
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}

import { open } from 'node:fs/promises'

/** Makes a file's content or a folder's names durable. Resolves with its size in bytes. */
export const syncPath = async (path: string): Promise<number> => {
  const file = await open(path, 'r')
  try {
    await file.sync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}

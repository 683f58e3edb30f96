import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Failure } from '../../shell/failure.ts'
import { fileReason, isMissing } from '../../shell/file-reason.ts'

/** A file that appears when it is whole, and not before. */
export interface WholeFile {
  write(bytes: Uint8Array): Promise<void>
  /** It is whole: flushed, and under its name. */
  keep(): Promise<void>
  /** Nothing of it stays. */
  drop(): Promise<void>
}

const explained =
  (path: string) =>
  (error: unknown): never => {
    const reason = isMissing(error) ? 'there is no such folder' : fileReason(error)
    throw reason === undefined ? error : new Failure(`${path} cannot be written: ${reason}.`, { cause: error })
  }

/** Where a link leads: the file it names is what is to be replaced. @throws Failure for a device, a pipe or a folder */
const targetOf = async (path: string): Promise<string> => {
  const found = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    return explained(path)(error)
  })
  if (found === undefined) return path
  if (!found.isFile()) throw new Failure(`${path} is not a file; leave out --out to write to standard output.`)
  return realpath(path)
}

const flushFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Writes into FILE.part, readable by its owner alone. @throws Failure when it cannot be written there */
export const createWholeFile = async (path: string): Promise<WholeFile> => {
  const target = await targetOf(path)
  const part = `${target}.part`
  // Never into one that is there: two exports into one file would become one file of both.
  const file = await open(part, 'wx', 0o600).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Failure(
        `${part} is there already: another export is writing it, or one was cut off. Remove it, then try again.`,
        { cause: error },
      )
    return explained(path)(error)
  })
  return {
    write: (bytes) => file.appendFile(bytes).catch(explained(path)),
    async keep() {
      await file.sync().catch(explained(path))
      await file.close()
      await rename(part, target).catch(explained(path))
      await flushFolder(dirname(target)).catch(explained(path))
    },
    async drop() {
      await file.close().catch(() => {})
      await rm(part, { force: true })
    },
  }
}

import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../shell/failure.ts'

const missing: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR'])

/** @throws Failure unless it is this user's; where users have no numbers the system keeps them apart by itself. */
const checkOwner = (path: string, { uid }: { readonly uid: number }): void => {
  const user = process.getuid?.()
  if (user !== undefined && uid !== user)
    throw new Failure(`${path} belongs to another user, who could have written anything there.`)
}

/**
 * What a file of a data directory says; undefined when there is none. A folder may come from anybody, as in an archive of
 * a repository or in /tmp, and what it says decides which address is opened and which process is ended: so both the
 * folder and the file must be this user's. @throws Failure
 */
export const readOwnFile = async (dataDir: string, name: string): Promise<string | undefined> => {
  const path = join(dataDir, name)
  try {
    checkOwner(dataDir, await stat(dataDir))
    // One handle for both: what is looked at is what is read.
    await using file = await open(path, 'r')
    checkOwner(path, await file.stat())
    return await file.readFile('utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (missing.has(code)) return undefined
    if (code === 'EACCES') throw new Failure(`${path} belongs to another user.`, { cause: error })
    throw error
  }
}

import { constants, type Stats } from 'node:fs'
import { chmod, chown, lchown, lstat, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../shell/failure.ts'
import { fileReason, isMissing } from '../shell/file-reason.ts'

/** Whom files are to belong to, when not to whoever runs the command. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

const othersMay = 0o077
const fileMode = 0o600
const folderMode = 0o700

// Root works in folders that belong to a service's user, who could point it at any file of the machine.
const isLink = (path: string): Failure =>
  new Failure(`${path} is a symbolic link; put the file or folder itself there.`)

/** A link of root's or of whoever runs the command says where a folder lies; nobody else has a say in that. */
const isStrangersLink = (named: Stats): boolean =>
  named.isSymbolicLink() && named.uid !== 0 && named.uid !== process.getuid?.()

/** Undefined when there is none. @throws Failure when this user may not read it, or when it is a symbolic link */
export const readSecretFile = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW })
  } catch (error) {
    if (isMissing(error)) return undefined
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw isLink(path)
    const reason = fileReason(error)
    throw reason === undefined ? error : new Failure(`${path} cannot be read: ${reason}.`, { cause: error })
  }
}

export const flushFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Written aside, flushed and renamed: a crash leaves the old secret or the new one, never half of one. A file that is
 * replaced keeps its mode and owner; a new one is readable by its owner alone.
 */
export const writeSecretFile = async (path: string, text: string): Promise<void> => {
  const before = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  // What root writes belongs to whom its folder was given to.
  const { uid, gid } = before ?? (await stat(dirname(path)))
  // One name for all, under the caller's lock: what a crash left there goes with the next write.
  const aside = `${path}.new`
  await rm(aside, { force: true })
  try {
    const file = await open(aside, 'wx', fileMode)
    try {
      await file.writeFile(text)
      if (process.getuid?.() === 0) await file.chown(uid, gid)
      else if (before !== undefined && uid !== process.getuid?.())
        throw new Failure(`${path} belongs to another user, and a new file in its place would not: run this as root.`)
      if (before !== undefined) await file.chmod(before.mode & 0o777)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(aside, path)
    await flushFolder(dirname(path))
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}

/** Makes a folder that only its owner enters, or closes one to others. @throws Failure for a stranger's symbolic link */
export const secretFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: folderMode })
  if (isStrangersLink(await lstat(path))) throw isLink(path)
  if (((await stat(path)).mode & othersMay) !== 0) await chmod(path, folderMode)
}

/** Gives a file or folder away, when it is not theirs yet. @throws Failure when only root may, or for a stranger's symbolic link */
export const giveTo = async (path: string, { uid, gid }: Owner): Promise<void> => {
  const named = await lstat(path)
  if (isStrangersLink(named)) throw isLink(path)
  const now = await stat(path)
  if (now.uid === uid && now.gid === gid) return
  try {
    // Where there was no link none is followed, whatever was put there since.
    await (named.isSymbolicLink() ? chown : lchown)(path, uid, gid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
    throw new Failure(`${path} cannot be given to ${uid}:${gid}: only root may do that.`, { cause: error })
  }
}

export const inside = (directory: string, path: string): string => join(directory, ...path.split('/'))

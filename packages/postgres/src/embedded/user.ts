import { readFileSync } from 'node:fs'
import { access, constants, lstat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Whom PostgreSQL runs as, since it refuses root. Undefined: the current user. */
export type ServerUser = { uid: number; gid: number }

const NOBODY: ServerUser = { uid: 65534, gid: 65534 }

const accountNamed = (name: string): ServerUser | undefined => {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid && uid !== '0' ? { uid: Number(uid), gid: Number(gid) } : undefined
}

/** For root the machine's `postgres` account, else `nobody`; for everyone else no change. */
export const serverUser = (): ServerUser | undefined => {
  if (process.getuid?.() !== 0) return undefined
  try {
    return accountNamed('postgres') ?? accountNamed('nobody') ?? NOBODY
  } catch {
    return NOBODY
  }
}

/** Whether `user` can walk down to `path`: every folder above it must let others through. */
export const isReachable = async (path: string, user: ServerUser | undefined): Promise<boolean> => {
  if (!user)
    return access(path, constants.R_OK).then(
      () => true,
      () => false,
    )
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = await lstat(folder)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

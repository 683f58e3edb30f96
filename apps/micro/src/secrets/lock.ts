import { join } from 'node:path'
import { withFileLock } from '../settings/file-lock.ts'
import { Failure } from '../shell/failure.ts'
import { fileReason } from '../shell/file-reason.ts'

/** Runs `work` while no other command changes these secrets. @throws Failure, also for what this user may not touch */
export const lockedSecrets = async <T>(
  directory: string,
  work: () => Promise<T>,
  options: { waitMs?: number } = {},
): Promise<T> => {
  try {
    return await withFileLock(join(directory, 'secrets'), work, options)
  } catch (error) {
    const reason = fileReason(error)
    if (reason === undefined) throw error
    const { path = directory } = error as NodeJS.ErrnoException
    throw new Failure(`The secrets at ${path} cannot be changed: ${reason}.`, { cause: error })
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
}

/** Whether it is that there is no such file. */
export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Why a file could not be worked with, as a clause for people; undefined for what they could not mend. */
export const fileReason = (error: unknown): string | undefined => reasons[(error as NodeJS.ErrnoException).code ?? '']

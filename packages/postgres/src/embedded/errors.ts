/** The embedded PostgreSQL could not do what was asked; the message is one sentence fit for a terminal. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
}

const FILE_PROBLEMS: Record<string, string> = {
  EACCES: 'is not writable by this user',
  EPERM: 'is not writable by this user',
  EROFS: 'is on a read-only disk',
  ENOSPC: 'is on a full disk',
  EDQUOT: 'is over its disk quota',
  ENOTDIR: 'is below something that is not a directory',
}

/** Runs a step that touches `directory`, turning file system errors into one clear sentence about it. */
export const explainFileErrors = async <T>(directory: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step()
  } catch (cause) {
    const problem = FILE_PROBLEMS[(cause as NodeJS.ErrnoException).code ?? '']
    if (problem === undefined) throw cause
    throw new EmbeddedPostgresError(`the data directory ${directory} ${problem}`, { cause })
  }
}

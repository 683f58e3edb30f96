import { readFile } from 'node:fs/promises'
import { layoutOf } from './cluster.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { isAlive, readPidFile } from './processes.ts'

/** A server that another process started and looks after. */
export type RunningPostgres = { superuserUrl(database: string): string }

/**
 * Finds the server that runs on a data directory made by startEmbeddedPostgres. Throws EmbeddedPostgresError when there
 * is none, or none that is ready.
 */
export const findRunningPostgres = async (directory: string): Promise<RunningPostgres> => {
  const layout = layoutOf(directory)
  const found = await readPidFile(layout.cluster)
  if (found === undefined || !found.isReady || found.port === undefined || !isAlive(found.pid))
    throw new EmbeddedPostgresError(`no PostgreSQL is ready in ${directory} just now, try again shortly`)
  const { port } = found
  const password = await readFile(layout.password, 'utf8')
  return {
    superuserUrl: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
  }
}

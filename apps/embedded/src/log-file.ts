import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger, type Logger } from '@micro/service'
import { pino } from 'pino'

/** A log larger than this is set aside at the next start, in bytes; one older log is kept. */
const logBytesMax = 50 * 1024 * 1024

export interface LogFile {
  readonly path: string
  readonly logger: (service: string) => Logger
  readonly close: () => void
}

const setAside = async (path: string): Promise<void> => {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  )
  if (size > logBytesMax) await rename(path, `${path}.1`)
}

/** Everything the services log, as JSON lines in `<data-dir>/logs/micro.log`. */
export const openLogFile = async (dataDir: string): Promise<LogFile> => {
  const folder = join(dataDir, 'logs')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'micro.log')
  await setAside(path)
  const destination = pino.destination({ dest: path, sync: false, minLength: 4096, mode: 0o600, periodicFlush: 1000 })
  // A full disk must not stop payments that PostgreSQL still accepts.
  destination.on('error', () => {})
  return {
    path,
    logger: (service) => createLogger({ service, destination }),
    close: () => {
      destination.flushSync()
      destination.end()
    },
  }
}

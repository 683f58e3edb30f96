import { openSync, renameSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger, type Logger } from '@micro/service'
import { pino } from 'pino'

/** A log that grows larger than this, in bytes, is set aside; one older log is kept. */
const logBytesMax = 50 * 1024 * 1024

export interface LogFile {
  readonly path: string
  readonly logger: (service: string) => Logger
  readonly close: () => void
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

/** Everything the services log, as JSON lines in `<data-dir>/logs/micro.log`. */
export const openLogFile = async (dataDir: string, bytesMax = logBytesMax): Promise<LogFile> => {
  const folder = join(dataDir, 'logs')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'micro.log')
  const openFile = () => {
    // Opened at once: what is written to a file that is still being opened could not be flushed at the end.
    const file = pino.destination({
      dest: openSync(path, 'a', 0o600),
      sync: false,
      minLength: 4096,
      periodicFlush: 1000,
    })
    // A full disk must not stop payments that PostgreSQL still accepts.
    file.on('error', () => {})
    return file
  }

  let destination = openFile()
  let bytes = await sizeOf(path)
  // Anyone who reaches the gateway makes it write a line, so that a log without an end would fill the disk under PostgreSQL.
  const setAside = (): void => {
    bytes = 0
    const full = destination
    try {
      renameSync(path, `${path}.1`)
      destination = openFile()
      full.end()
    } catch {
      // Where it cannot be moved it goes on growing until the next time.
    }
  }
  const write = (line: string): boolean => {
    if (bytes > bytesMax) setAside()
    bytes += Buffer.byteLength(line)
    return destination.write(line)
  }

  return {
    path,
    logger: (service) => createLogger({ service, destination: { write } }),
    close: () => {
      destination.flushSync()
      destination.end()
    },
  }
}

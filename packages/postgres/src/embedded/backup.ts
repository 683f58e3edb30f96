import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { withClient } from '../client.ts'
import { segmentsBetween, walkCluster } from './backup-files.ts'
import { reserveLog, startBackup, stopBackup } from './backup.store.ts'
import { EmbeddedPostgresError } from './errors.ts'

/** Where a backup goes, one thing after another. Paths are below the cluster, with `/`. */
export interface BackupSink {
  folder(path: string): Promise<void>
  /** Exactly `bytes` of content. */
  file(path: string, bytes: number, content: AsyncIterable<Buffer>): Promise<void>
}

export type ClusterBackupOptions = {
  /** A superuser's URL of the running server. */
  url: string
  /** Its data directory. */
  cluster: string
  sink: BackupSink
  /** Called while the backup is still open, so that what it reads is as old as the databases' last moment in it. */
  beforeStop?: () => Promise<void>
}

const chunkBytes = 256 * 1024

/** As many bytes as the file had: what it grew since the log has too, what it lost is filled up, since the log cuts it off. */
async function* contentOf(file: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < bytes;) {
    const length = Math.min(chunkBytes, bytes - position)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), length, position })
    yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead)
    position += bytesRead === 0 ? length : bytesRead
  }
}

const openIfThere = (path: string) =>
  open(path, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })

const copyFile = async ({ cluster, sink }: ClusterBackupOptions, path: string) => {
  const file = await openIfThere(join(cluster, path))
  if (file === undefined) return
  try {
    const { size } = await file.stat()
    await sink.file(path, size, contentOf(file, size))
  } finally {
    await file.close()
  }
}

const writeText = ({ sink }: ClusterBackupOptions, path: string, text: string) => {
  const content = Buffer.from(text)
  return sink.file(
    path,
    content.length,
    (async function* () {
      yield content
    })(),
  )
}

const control = 'global/pg_control'

/** The server rewrites it in place, so it is read until two readings agree. */
const readControl = async (cluster: string): Promise<Buffer> => {
  for (let last = await readFile(join(cluster, control)); ;) {
    const next = await readFile(join(cluster, control))
    if (next.equals(last)) return next
    last = next
  }
}

const copyLog = async (options: ClusterBackupOptions, range: { first: string; last: string }) => {
  const segments = segmentsBetween(await readdir(join(options.cluster, 'pg_wal')), range)
  if (segments[0] !== range.first || segments.at(-1) !== range.last)
    throw new EmbeddedPostgresError(`the log from ${range.first} to ${range.last} is not complete`)
  for (const name of segments) await copyFile(options, `pg_wal/${name}`)
}

/**
 * Copies the cluster of a running server while it goes on working, by PostgreSQL's low-level backup functions: the
 * files as they are found, then the log that makes them whole. A server started on the copy recovers to the moment in
 * which the copying ended. Throws what the sink throws, and EmbeddedPostgresError for what cannot be backed up.
 */
export const backUpCluster = (options: ClusterBackupOptions): Promise<void> =>
  withClient({ url: options.url, applicationName: 'micro backup' }, async (client) => {
    const { cluster, sink, beforeStop = async () => {} } = options
    const name = `micro_backup_${randomBytes(8).toString('hex')}`
    await reserveLog(client, name)
    await startBackup(client, name)
    for await (const { kind, path } of walkCluster(cluster)) {
      if (kind === 'folder') await sink.folder(path)
      else if (path !== control) await copyFile(options, path)
    }
    const read = await readControl(cluster)
    await sink.file(
      control,
      read.length,
      (async function* () {
        yield read
      })(),
    )
    await beforeStop()
    const { label, tablespaces, lastSegment } = await stopBackup(client)
    if (tablespaces.trim() !== '')
      throw new EmbeddedPostgresError(`${cluster} has tablespaces elsewhere on the disk, which are not backed up`)
    await writeText(options, 'backup_label', label)
    const first = /^START WAL LOCATION: .* \(file ([0-9A-F]{24})\)/.exec(label)?.[1]
    if (first === undefined) throw new EmbeddedPostgresError('PostgreSQL does not say where its backup starts')
    await copyLog(options, { first, last: lastSegment })
  })

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@micro/kernel'
import { appliedMigrations, backUpCluster, walkCluster, type BackupSink } from '@micro/postgres'
import { createUndo } from '@micro/service'
import { createArchive, type ArchiveWriter } from '../archive/archive-writer.ts'
import { manifestName } from '../archive/entry-path.ts'
import { formatVersion, type Manifest } from '../archive/manifest.ts'
import { createMeter, type Meter } from '../archive/progress-meter.ts'
import { databaseNames, storingServices } from '../databases.ts'
import { ToolError } from '../tool.ts'
import type { BackupConfig } from './config.ts'
import { readSecrets } from './secrets-folder.ts'
import { openSource, type Source } from './source.ts'

export interface BackupResult {
  readonly file: string
  readonly bytes: number
  readonly files: number
}

const describe = async (source: Source, clock: Clock, micro: string): Promise<Manifest> => {
  const migrations = storingServices.map(async (service) => {
    const url = source.superuserUrl(databaseNames[service])
    const names = await appliedMigrations({ url, schema: service }).catch((cause: unknown) => {
      throw new ToolError(`The database of ${service} is not complete yet. Start Micro once: micro up`, { cause })
    })
    return [service, names] as const
  })
  return {
    format: formatVersion,
    micro,
    postgres: (await readFile(join(source.cluster, 'PG_VERSION'), 'utf8')).trim(),
    created: clock.now().toISOString(),
    migrations: Object.fromEntries(await Promise.all(migrations)),
  }
}

const bytesOf = async (cluster: string): Promise<number> => {
  let bytes = 0
  for await (const found of walkCluster(cluster)) bytes += found.bytes
  return bytes
}

async function* watched(content: AsyncIterable<Buffer>, meter: Meter, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    signal.throwIfAborted()
    meter.add(chunk.length)
    yield chunk
  }
}

/** The cluster's part of the archive. */
const clusterSink = (archive: ArchiveWriter, meter: Meter, signal: AbortSignal): BackupSink => ({
  folder: (path) => archive.folder(`postgres/cluster/${path}`),
  file: (path, bytes, content) => archive.file(`postgres/cluster/${path}`, bytes, watched(content, meter, signal)),
})

/**
 * Writes everything that cannot be made anew (the databases, the secrets that open them) into one archive, while the
 * platform goes on working, or of one that does not run. @throws ToolError and friends, one sentence each
 */
export const backUp = async (
  { dataDir, file }: Pick<BackupConfig, 'dataDir' | 'file'>,
  { clock, micro, signal }: { clock: Clock; micro: string; signal: AbortSignal },
): Promise<BackupResult> => {
  const undo = createUndo()
  const archive = await createArchive(file)
  // Without effect once the archive is finished.
  undo.add(archive.discard)
  try {
    const source = await openSource(dataDir)
    undo.add(source.close)
    const meter = createMeter(process.stderr, 'Backing up', await bytesOf(source.cluster))
    undo.add(meter.end)
    await archive.whole(manifestName, `${JSON.stringify(await describe(source, clock, micro), null, 2)}\n`)
    await archive.folder('postgres/cluster')
    await backUpCluster({
      url: source.superuserUrl('postgres'),
      cluster: source.cluster,
      sink: clusterSink(archive, meter, signal),
      // Last, so that every key which a row in the backup may name is among them.
      async beforeStop() {
        for (const folder of ['secrets', 'postgres/secrets'])
          for (const [name, content] of await readSecrets(join(dataDir, folder)))
            await archive.whole(`${folder}/${name}`, content)
      },
    })
    await archive.whole('postgres/cluster-complete', await readFile(join(dataDir, 'postgres/cluster-complete'), 'utf8'))
    signal.throwIfAborted()
    return { file, ...(await archive.finish()) }
  } finally {
    await undo.all()
  }
}

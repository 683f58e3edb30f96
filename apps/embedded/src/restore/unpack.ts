import { chown, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { serverUser } from '@micro/postgres'
import { readArchive, type Unpacking } from '../archive/archive-reader.ts'
import { checkTaker, readManifest, type Manifest, type Taker } from '../archive/manifest.ts'
import { createMeter } from '../archive/progress-meter.ts'
import { syncPath } from '../archive/sync-path.ts'

/** Writes entries below `target`, each durable before the next; the cluster as the user PostgreSQL runs as. */
const unpackingInto = (target: string, { taker, signal }: { taker: Taker; signal: AbortSignal }) => {
  const user = serverUser()
  const meter = createMeter(process.stderr, 'Unpacking')
  const folders = new Set<string>()
  let manifest: Manifest | undefined

  const own = async (path: string, below: string): Promise<void> => {
    if (user && (below === 'postgres/cluster' || below.startsWith('postgres/cluster/')))
      await chown(path, user.uid, user.gid)
  }
  const makeFolder = async (below: string): Promise<void> => {
    if (below === '.' || folders.has(below)) return
    await makeFolder(dirname(below))
    const path = join(target, below)
    // The server passes through the folder above its own; what is secret is closed.
    await mkdir(path, { mode: below === 'postgres' ? 0o755 : 0o700 })
    await own(path, below)
    folders.add(below)
  }

  const unpacking: Unpacking = {
    manifest(text) {
      manifest = readManifest(text)
      checkTaker(manifest, taker)
    },
    folder: makeFolder,
    async file(below, content) {
      await makeFolder(dirname(below))
      const path = join(target, below)
      const file = await open(path, 'wx', 0o600)
      try {
        for await (const chunk of content) {
          signal.throwIfAborted()
          await file.writeFile(chunk)
          meter.add(chunk.length)
        }
        await file.sync()
      } finally {
        await file.close()
      }
      await own(path, below)
    },
  }
  return {
    unpacking,
    manifest: () => manifest,
    endMeter: meter.end,
    async sync() {
      for (const folder of folders) await syncPath(join(target, folder))
      await syncPath(target)
    },
  }
}

/** Unpacks a checked archive into an empty folder. @throws ArchiveError; the folder then holds part of it, for nothing */
export const unpack = async (
  file: string,
  target: string,
  options: { taker: Taker; signal: AbortSignal },
): Promise<Manifest | undefined> => {
  const { unpacking, manifest, sync, endMeter } = unpackingInto(target, options)
  try {
    await readArchive(file, unpacking)
    await sync()
    return manifest()
  } finally {
    endMeter()
  }
}

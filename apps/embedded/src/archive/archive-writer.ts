import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { access, link, open, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import tar from 'tar-stream'
import { checksumLines } from './checksums.ts'
import { checksumsName } from './entry-path.ts'
import { syncPath } from './sync-path.ts'
import { ToolError } from '../tool.ts'

export interface ArchiveWriter {
  folder(path: string): Promise<void>
  file(path: string, bytes: number, content: AsyncIterable<Buffer>): Promise<void>
  whole(path: string, content: string | Buffer): Promise<void>
  /** Adds the checksums, makes the archive durable and gives it its name. */
  finish(): Promise<{ bytes: number; files: number }>
  /** Leaves nothing behind. */
  discard(): Promise<void>
}

const taken = (path: string, cause?: unknown) =>
  new ToolError(`${path} exists already. Name another with --output.`, { cause })

const moveInPlace = async (from: string, to: string): Promise<void> => {
  try {
    // Unlike a rename it never takes the place of a file that appeared meanwhile.
    await link(from, to)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? taken(to, error) : error
  }
  await rm(from)
  await syncPath(dirname(to))
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const openAside = async (path: string, aside: string): Promise<FileHandle> => {
  if (await exists(path)) throw taken(path)
  try {
    return await open(aside, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new ToolError(`${aside} was left by a backup that was cut short, or is being written. Remove it first.`, {
        cause: error,
      })
    throw new ToolError(`${path} cannot be written: ${(error as Error).message}. Name another with --output.`, {
      cause: error,
    })
  }
}

/**
 * Writes a compressed archive, one entry after another, aside until it is whole. Holds no more than some chunks in
 * memory. Readable by its owner alone, since it holds secrets. @throws ToolError when it cannot be written there
 */
export const createArchive = async (path: string): Promise<ArchiveWriter> => {
  const aside = `${path}.partial`
  const output = (await openAside(path, aside)).createWriteStream()
  const pack = tar.pack()
  const written = pipeline(pack, createGzip({ level: 4 }), output)
  // Told to whoever adds the next entry.
  let failure: unknown
  written.catch((error: unknown) => (failure = error))
  const sums = new Map<string, string>()

  const room = async (writer: NodeJS.EventEmitter): Promise<void> => {
    await Promise.race([once(writer, 'drain'), written])
    if (failure !== undefined) throw failure
  }

  const add = async (name: string, bytes: number, content: AsyncIterable<Buffer>): Promise<void> => {
    if (failure !== undefined) throw failure
    const hash = createHash('sha256')
    const ended = Promise.withResolvers<void>()
    const entry = pack.entry({ name, size: bytes, mode: 0o600, uid: 0, gid: 0 }, (error) =>
      error ? ended.reject(error) : ended.resolve(),
    )
    ended.promise.catch(() => {})
    // The callback tells; unheard, the event would end the process.
    entry.on('error', () => {})
    for await (const chunk of content) {
      hash.update(chunk)
      if (!entry.write(chunk)) await room(entry)
    }
    entry.end()
    await Promise.race([ended.promise, written])
    if (failure !== undefined) throw failure
    if (name !== checksumsName) sums.set(name, hash.digest('hex'))
  }
  const whole = async (name: string, content: string | Buffer): Promise<void> => {
    const bytes = Buffer.from(content)
    const once = async function* () {
      yield bytes
    }
    await add(name, bytes.length, once())
  }

  return {
    async folder(name) {
      if (failure !== undefined) throw failure
      pack.entry({ name, type: 'directory', mode: 0o700, uid: 0, gid: 0 })
    },
    file: add,
    whole,
    async finish() {
      await whole(checksumsName, checksumLines(sums))
      pack.finalize()
      await written
      const bytes = await syncPath(aside)
      await moveInPlace(aside, path)
      return { bytes, files: sums.size }
    },
    async discard() {
      pack.destroy()
      await written.catch(() => {})
      await rm(aside, { force: true })
    },
  }
}

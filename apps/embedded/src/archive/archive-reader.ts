import { createReadStream } from 'node:fs'
import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import tar from 'tar-stream'
import { ArchiveError } from './archive-error.ts'
import { checkSums } from './checksums.ts'
import { checksumsName, manifestName, pathProblem } from './entry-path.ts'

/** Where an archive's content goes. Nothing may be relied on before readArchive has resolved. */
export interface Unpacking {
  /** The first entry; throwing refuses the archive before anything is written. */
  manifest(text: string): Promise<void> | void
  folder(path: string): Promise<void>
  file(path: string, content: AsyncIterable<Buffer>): Promise<void>
}

/** Texts of the archive itself are small; anything else under their names is an attack on memory. */
const textBytesMax = 64 * 1024 * 1024

const textOf = async (content: AsyncIterable<Buffer>, path: string): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.length
    if (bytes > textBytesMax) throw new ArchiveError(`${path} is too large`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function* hashed(content: AsyncIterable<Buffer>, done: (sum: string) => void): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of content) {
    hash.update(chunk)
    yield chunk
  }
  done(hash.digest('hex'))
}

/** Takes one entry after another in the order a backup has them: the manifest, the content, the checksums. */
const createTaker = (unpacking: Unpacking) => {
  const sums = new Map<string, string>()
  let complete = false

  const check = ({ name, type }: tar.Headers): void => {
    if (complete) throw new ArchiveError(`something follows its end: ${name}`)
    if (sums.size === 0 && name !== manifestName) throw new ArchiveError('it is not a backup of Micro')
    if (type !== 'file' && type !== 'directory') throw new ArchiveError(`${name} is a ${type}, and no backup has one`)
    const problem = pathProblem(type === 'directory' ? name.replace(/\/$/, '') : name)
    if (problem !== undefined) throw new ArchiveError(`${name} ${problem}`)
    if (sums.has(name)) throw new ArchiveError(`${name} is in it twice`)
  }

  return {
    async take(header: tar.Headers, content: AsyncIterable<Buffer>): Promise<void> {
      check(header)
      const { name, type } = header
      if (type === 'directory') return unpacking.folder(name.replace(/\/$/, ''))
      if (name === checksumsName) {
        checkSums(await textOf(content, name), sums)
        complete = true
        return
      }
      const noted = hashed(content, (sum) => sums.set(name, sum))
      if (name === manifestName) await unpacking.manifest(await textOf(noted, name))
      else await unpacking.file(name, noted)
    },
    isComplete: () => complete,
  }
}

const isBroken = (error: unknown): boolean =>
  /^Z_|ERR_STREAM_PREMATURE_CLOSE/.test(String((error as NodeJS.ErrnoException).code)) ||
  /^(Unexpected end of data|Invalid tar header)/.test((error as Error).message)

/**
 * Reads an archive from end to end, checking every byte of it. Holds no more than some chunks in memory.
 * @throws ArchiveError when it is not whole or holds what no backup holds
 */
export const readArchive = async (path: string, unpacking: Unpacking): Promise<void> => {
  const { take, isComplete } = createTaker(unpacking)
  const extract = tar.extract()
  const entries = (async () => {
    for await (const entry of extract) {
      await take(entry.header, entry as AsyncIterable<Buffer>)
      entry.resume()
    }
  })()
  const read = pipeline(createReadStream(path), createGunzip(), extract)
  const outcomes = await Promise.allSettled([entries, read])
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  // What the content is refused for ends the reading with a less telling error.
  const error = errors.find((each) => each instanceof ArchiveError) ?? errors[0]
  if (error !== undefined)
    throw isBroken(error) ? new ArchiveError('it is cut short or damaged', { cause: error }) : error
  if (!isComplete()) throw new ArchiveError('its end is missing')
}

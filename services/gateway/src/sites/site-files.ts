import { createHash } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip, constants as zlib } from 'node:zlib'

export type Encoding = 'br' | 'gzip'

/** What is in a file, as it is and as it is sent to those who take it smaller. */
export interface SiteContent {
  readonly etag: string
  readonly plain: Buffer
  readonly encoded: Readonly<Partial<Record<Encoding, Buffer>>>
}

export interface SiteFile {
  readonly type: string
  /** Read and compressed when first asked for, and kept. */
  content(): Promise<SiteContent>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.xml': 'application/xml; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

// What is compressed by its own format gets no smaller.
const isCompressible = (type: string): boolean => /^text\/|json|xml|wasm/.test(type)
const compressedBytesMin = 1024

const brotli = (bytes: Buffer): Promise<Buffer> =>
  // Nearly as small as the slowest, in a tenth of its time: somebody waits for the first of them.
  promisify(brotliCompress)(bytes, { params: { [zlib.BROTLI_PARAM_QUALITY]: 9 } })

// What became a link after the folder was listed is not followed.
const read = (path: string): Promise<Buffer> =>
  readFile(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW }) as Promise<Buffer>

const encode = async (plain: Buffer, type: string): Promise<SiteContent['encoded']> => {
  if (!isCompressible(type) || plain.length < compressedBytesMin) return {}
  const [br, gz] = await Promise.all([brotli(plain), promisify(gzip)(plain)])
  return { br, gzip: gz }
}

const load = async (path: string, type: string): Promise<SiteContent> => {
  const plain = await read(path)
  const digest = createHash('sha256').update(plain).digest('base64url').slice(0, 27)
  // Weak: it stands for the file, whichever way that is encoded.
  return { etag: `W/"${digest}"`, plain, encoded: await encode(plain, type) }
}

const siteFile = (path: string): SiteFile => {
  const type = types[extname(path).toLowerCase()] ?? 'application/octet-stream'
  let loading: Promise<SiteContent> | undefined
  return {
    type,
    content() {
      loading ??= load(path, type).catch((error: unknown) => {
        loading = undefined
        throw error
      })
      return loading
    },
  }
}

/** Whether somebody built something there. */
export const isSite = (directory: string): boolean => existsSync(join(directory, 'index.html'))

export const isHidden = (name: string): boolean => name.split('/').some((part) => part.startsWith('.'))

/**
 * All files below a directory, by their path in it. Nothing else is ever served: what a path of a request says is looked up
 * in this list and never in the file system, so there is no way out of it. Links and what begins with a dot are left out.
 */
export const listSiteFiles = async (directory: string): Promise<ReadonlyMap<string, SiteFile>> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = new Map<string, SiteFile>()
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path).split(sep).join('/')
    if (entry.isFile() && !isHidden(name)) files.set(name, siteFile(path))
  }
  return files
}

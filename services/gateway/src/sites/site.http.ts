import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault } from '@micro/kernel'
import { isHidden, listSiteFiles, type Encoding, type SiteContent, type SiteFile } from './site-files.ts'

export interface SiteVisit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** As checked, still encoded, without its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** Static files that the gateway serves beneath a path. */
export interface Site {
  /** Whether there is a page or file at this path. */
  has(path: string): Promise<boolean>
  /** @throws Fault route_unknown */
  answer(visit: SiteVisit): Promise<void>
}

export interface SiteOptions {
  /** `/dashboard` */
  readonly prefix: string
  readonly directory: string
  /** Its pages are made in the browser: whatever has no ending is its index. */
  readonly isApp: boolean
}

const yearSeconds = 365 * 24 * 60 * 60

// What is built into assets/ has a digest of its content in its name.
const cacheOf = (name: string): string =>
  /(^|\/)assets\//.test(name) ? `public, max-age=${yearSeconds}, immutable` : 'no-cache'

const accepts = (header: string, encoding: Encoding): boolean =>
  header
    .split(',')
    .map((each) =>
      each
        .trim()
        .toLowerCase()
        .split(/\s*;\s*q=/),
    )
    .some(([name, quality = '1']) => name === encoding && Number(quality) > 0)

const bodyFor = ({ headers }: IncomingMessage, content: SiteContent): { bytes: Buffer; encoding?: Encoding } => {
  for (const encoding of ['br', 'gzip'] as const) {
    const bytes = content.encoded[encoding]
    if (bytes !== undefined && accepts(String(headers['accept-encoding'] ?? ''), encoding)) return { bytes, encoding }
  }
  return { bytes: content.plain }
}

const isKnown = ({ headers }: IncomingMessage, etag: string): boolean =>
  (headers['if-none-match'] ?? '').split(',').some((each) => each.trim() === '*' || each.trim() === etag)

const send = async (
  { request, response, headers }: SiteVisit,
  { name, file, status }: { name: string; file: SiteFile; status: number },
): Promise<void> => {
  const content = await file.content()
  const { bytes, encoding } = bodyFor(request, content)
  const always = { ...headers, 'cache-control': cacheOf(name), etag: content.etag }
  // Beside the origin, by which the answer may differ as well.
  response.appendHeader('vary', 'Accept-Encoding')
  if (status === 200 && isKnown(request, content.etag)) return void response.writeHead(304, always).end()
  response.writeHead(status, {
    ...always,
    'content-type': file.type,
    'content-length': bytes.length,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  })
  // To HEAD the response object sends none.
  response.end(bytes)
}

const wantsPage = ({ headers }: IncomingMessage): boolean => (headers.accept ?? '').includes('text/html')

const unknown = ({ request, path }: SiteVisit): Fault =>
  new Fault('route_unknown', { method: request.method, path: path.slice(0, 200), hint: '' })

/** Serves what was built into a directory, as it was when it was first asked for. */
export const createSite = ({ prefix, directory, isApp }: SiteOptions): Site => {
  let listing: Promise<ReadonlyMap<string, SiteFile>> | undefined
  const list = () => {
    listing ??= listSiteFiles(directory).catch((error: unknown) => {
      listing = undefined
      throw error
    })
    return listing
  }
  const nameOf = (path: string): string => decodeURIComponent(path.slice(prefix.length + 1))

  const find = async (path: string): Promise<{ name: string; file: SiteFile } | 'folder' | undefined> => {
    const files = await list()
    const asked = nameOf(path)
    const name = asked === '' || asked.endsWith('/') ? `${asked}index.html` : asked
    const file = files.get(name)
    if (file !== undefined && path !== prefix) return { name, file }
    return files.has(path === prefix ? 'index.html' : `${name}/index.html`) ? 'folder' : undefined
  }

  /** In place of what there is not: the app, which shows it, or a page that says so. */
  const standIn = async ({ request, path }: SiteVisit) => {
    const files = await list()
    const name = isApp ? 'index.html' : '404.html'
    const file = files.get(name)
    const asked = nameOf(path)
    const fits = isApp ? !/\.[^/]*$/.test(asked) && !isHidden(asked) : wantsPage(request)
    return file !== undefined && fits ? { name, file, status: isApp ? 200 : 404 } : undefined
  }

  return {
    has: async (path) => (await find(path)) !== undefined,
    async answer(visit) {
      const { request, response, path } = visit
      const found = await find(path)
      if (found === 'folder') {
        // Relative links on a page start from its folder.
        const query = (request.url ?? '').slice(path.length)
        return void response.writeHead(308, { location: `${path}/${query}`, 'content-length': 0 }).end()
      }
      const page = found === undefined ? await standIn(visit) : { ...found, status: 200 }
      if (page === undefined) throw unknown(visit)
      await send(visit, page).catch((cause: unknown) => {
        // Built anew, or replaced by a link, since the folder was listed.
        if (!/^(ENOENT|ELOOP)$/.test(String((cause as NodeJS.ErrnoException).code))) throw cause
        throw unknown(visit)
      })
    },
  }
}

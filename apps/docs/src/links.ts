/** Where a link in a document leads on the site. */
import { posix } from 'node:path'
import type { Document } from './documents.ts'
import { createSlugs } from './slug.ts'

/** The file of a page, in a folder of its own unless it is an index already: its address then needs no ending. */
export const fileOf = (address: string): string =>
  /(^|\/)index$/.test(address) ? `${address}.html` : `${address}/index.html`

/** From one file to another, so that the site works beneath any path. */
export const relativeAddress = (from: string, to: string): string =>
  posix.relative(posix.dirname(from), to).replace(/(^|\/)index\.html$/, '$1') || './'

/** Pages that stand for a file that is no document. */
const shownAs: Readonly<Record<string, string>> = {
  'docs/openapi.json': 'reference/api/index',
  'docs/asyncapi.json': 'reference/events',
}

const headingsOf = (markdown: string): string[] => {
  const slugOf = createSlugs()
  const text = markdown.replace(/^```[^]*?^```$/gm, '')
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => slugOf((heading ?? '').replaceAll('`', '')))
}

/** What `href` in the document `from` becomes: a page's address, or undefined for what is not on the site, such as sources. */
export type LinkOf = (href: string, from: Pick<Document, 'source' | 'address'>) => string | undefined

/** The file that a link in a document means, from the root of the repository. */
export const meantFile = (href: string, source: string): string => {
  const [file = ''] = href.split('#')
  return file === '' ? source : posix.join(posix.dirname(source), decodeURI(file))
}

/** Knows every page by its source, and the page of each operation of the API by the operation's name. */
export const createLinks = (
  documents: readonly Document[],
  operations: ReadonlyMap<string, string> = new Map(),
): LinkOf => {
  // A README is cut into several pages: its headings tell which of them is meant.
  const bySource = new Map<string, { address: string; headings: readonly string[] }[]>()
  for (const { source, address, markdown } of documents)
    bySource.set(source, [...(bySource.get(source) ?? []), { address, headings: headingsOf(markdown) }])

  const pageOf = (path: string, anchor = ''): string | undefined => {
    const operation = path === 'docs/openapi.json' ? operations.get(anchor) : undefined
    if (operation !== undefined) return operation
    const pages = bySource.get(path) ?? bySource.get(posix.join(path, 'README.md')) ?? []
    const meant = pages.find(({ headings }) => headings.includes(anchor))
    return (meant ?? pages[0])?.address ?? shownAs[path]
  }

  return (href, { source, address }) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return href
    const [, anchor] = href.split('#')
    const page = pageOf(meantFile(href, source), anchor)
    if (page === undefined) return undefined
    const target = page === address ? '' : relativeAddress(fileOf(address), fileOf(page))
    return anchor === undefined ? target || './' : `${target}#${anchor}`
  }
}

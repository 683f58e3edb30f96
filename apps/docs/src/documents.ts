/** Finds the documents that the outline names, and those in its folders that it does not name. */
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { outline, type Page, type Part } from './outline.ts'

/** The Markdown of one page. */
export interface Document {
  readonly source: string
  /** Beneath the site's root: `guides/money`. */
  readonly address: string
  readonly title: string
  readonly markdown: string
}

export interface DocumentPart {
  readonly title: string
  readonly entries: readonly (Document | 'api' | 'events')[]
}

/** The sections of a document under the given second-level headings; '' stands for what comes before the first of them. */
export const cut = (markdown: string, headings: readonly string[]): string => {
  const sections = markdown.split(/^(?=## )/m)
  const named = new Map(sections.map((section) => [/^## (.+)/.exec(section)?.[1] ?? '', section]))
  return headings
    .map((heading) => {
      const section = named.get(heading)
      if (section === undefined)
        throw new Error(`There is no section '${heading}' any more: see apps/docs/src/outline.ts`)
      return section
    })
    .join('')
}

const titleOf = (markdown: string): string => (/^# (.+)$/m.exec(markdown)?.[1] ?? '').replaceAll('`', '')

/** A single section that was cut out becomes a document by its own heading; several are put under one. */
const headed = (markdown: string, title: string): string => {
  if (markdown.startsWith('# ')) return markdown
  return markdown.match(/^## /gm)?.length === 1 ? markdown.slice(1) : `# ${title}\n\n${markdown}`
}

/** A whole document is headed as the navigation calls it: what names itself in its folder may not do so among others. */
const titled = (markdown: string, title: string | undefined): string =>
  title === undefined ? markdown : markdown.replace(/^# .+$/m, () => `# ${title}`)

/** Where a document of `docs/` is found on the site; an index of a folder takes the folder's name. */
const addressOf = (source: string): string => source.replace(/^docs\//, '').replace(/(\/README)?\.md$/, '')

const documentOf = async (root: URL, page: Page): Promise<Document> => {
  const whole = await readFile(new URL(page.source, root), 'utf8')
  const markdown = page.sections === undefined ? titled(whole, page.title) : cut(whole, page.sections)
  const title = page.title ?? titleOf(markdown)
  if (title === '') throw new Error(`${page.source} does not begin with a heading`)
  return {
    source: page.source,
    address: page.address ?? addressOf(page.source),
    title,
    markdown: headed(markdown, title),
  }
}

const unnamedIn = async (root: URL, { folder }: Part): Promise<Page[]> => {
  if (folder === undefined) return []
  const named = new Set(
    outline.flatMap(({ pages }) => pages.map((page) => (typeof page === 'string' ? '' : page.source))),
  )
  const names = await readdir(new URL(`${folder}/`, root))
  return names
    .filter((name) => name.endsWith('.md') && !named.has(`${folder}/${name}`))
    .toSorted()
    .map((name) => ({ source: `${folder}/${basename(name)}` }))
}

/** Reads all of them, in the order of the navigation. */
export const readDocuments = (root: URL): Promise<DocumentPart[]> =>
  Promise.all(
    outline.map(async (part) => ({
      title: part.title,
      entries: await Promise.all(
        [...part.pages, ...(await unnamedIn(root, part))].map(async (page) =>
          typeof page === 'string' ? page : documentOf(root, page),
        ),
      ),
    })),
  )

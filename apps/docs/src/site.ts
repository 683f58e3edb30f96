/** Puts the site together: documents and made pages in the order of the outline, each in its frame. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { OpenApi } from './api/document.ts'
import type { Recorded } from './api/examples.ts'
import { eventsPage, type AsyncApi } from './api/events.ts'
import { apiPages, operationAddresses, type MadePage } from './api/pages.ts'
import { writeAssets } from './assets.ts'
import { readDocuments, type Document, type DocumentPart } from './documents.ts'
import { createDrawings } from './drawings.ts'
import { layOut, type Entry, type NavigationPart } from './layout.ts'
import { createLinks, fileOf } from './links.ts'
import { createRenderer } from './markdown.ts'
import { missingPage } from './missing.ts'
import { writeSearchIndex } from './search.ts'

const readJson = async <T>(url: URL): Promise<T> => JSON.parse(await readFile(url, 'utf8')) as T

const isDocument = (entry: DocumentPart['entries'][number]): entry is Document => typeof entry !== 'string'

const readPages = async (root: URL) => {
  const parts = await readDocuments(root)
  const documents = parts.flatMap(({ entries }) => entries.filter(isDocument))
  const openApi = await readJson<OpenApi>(new URL('docs/openapi.json', root))
  const render = createRenderer(createLinks(documents, operationAddresses(openApi)), createDrawings(root))
  const errors = await readFile(new URL('docs/errors.md', root), 'utf8')
  const made = {
    api: apiPages({
      openApi,
      recorded: await readJson<Recorded>(new URL('docs/examples.json', root)),
      errorCodes: new Set([...errors.matchAll(/^## (\w+)$/gm)].map(([, code]) => code ?? '')),
    }),
    events: [eventsPage(await readJson<AsyncApi>(new URL('docs/asyncapi.json', root)))],
  }
  const pagesOf = (entry: DocumentPart['entries'][number]): MadePage[] =>
    isDocument(entry) ? [{ address: entry.address, title: entry.title, ...render(entry) }] : made[entry]
  return parts.map(({ title, entries }) => ({ title, pages: entries.flatMap(pagesOf) }))
}

/** Builds everything anew beneath `site`; the documents are those of the repository at `root`. Tells the pages' addresses. */
export const buildSite = async (root: URL, site: URL): Promise<string[]> => {
  const parts = await readPages(root)
  await rm(site, { recursive: true, force: true })
  const assets = await writeAssets(site)
  const entryOf = ({ address, title }: MadePage): Entry => ({
    title,
    file: fileOf(address),
    under: address.startsWith('reference/api/'),
  })
  const navigation: NavigationPart[] = parts.map(({ title, pages }) => ({ title, entries: pages.map(entryOf) }))
  const pages = parts.flatMap((part) => part.pages)
  for (const page of pages) {
    const file = fileOf(page.address)
    await mkdir(new URL('./', new URL(file, site)), { recursive: true })
    await writeFile(new URL(file, site), layOut({ ...page, file }, navigation, assets))
  }
  await writeFile(new URL(missingPage.file, site), layOut(missingPage, navigation, assets))
  await writeSearchIndex(site)
  return pages.map(({ address }) => address)
}

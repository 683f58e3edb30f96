import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorBody, Fault, faultCatalogue, type FaultCode } from '@micro/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { routesOf, type OpenApi } from './api/document.ts'
import { readDocuments } from './documents.ts'
import { fileOf, meantFile } from './links.ts'
import { buildTestSite, repository, type BuiltSite } from './site.fixture.ts'

let site: BuiltSite
let pages: Map<string, string>
beforeAll(async () => {
  site = await buildTestSite()
  pages = new Map(
    site.addresses.map((address) => [fileOf(address), readFileSync(new URL(fileOf(address), site.folder), 'utf8')]),
  )
})
afterAll(() => site[Symbol.asyncDispose]())

const idsOf = (page: string): Set<string> => new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? ''))

/** What a page leads to or loads. */
const referencesOf = (page: string): string[] =>
  [...page.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, reference]) => (reference ?? '').replaceAll('&amp;', '&'))

test('every document of docs/ is a page', () => {
  const listed = execFileSync('git', ['ls-files', 'docs/*.md'], { cwd: fileURLToPath(repository), encoding: 'utf8' })
  const expected = listed
    .trim()
    .split('\n')
    .map((path) => fileOf(path.replace(/^docs\//, '').replace(/(\/README)?\.md$/, '')))
  expect(expected.length).toBeGreaterThan(40)
  expect(expected.filter((path) => !pages.has(path))).toEqual([])
})

test('every link within the site leads to a page, and to a heading that is on it', () => {
  const broken = [...pages].flatMap(([address, page]) =>
    referencesOf(page)
      .filter((reference) => !/^[a-z]+:/.test(reference))
      .filter((reference) => {
        const { pathname, hash } = new URL(reference, `http://site/${address}`)
        const target = pathname.slice(1).replace(/(^|\/)$/, '$1index.html')
        if (hash === '') return !existsSync(new URL(target, site.folder))
        return !idsOf(pages.get(target) ?? '').has(decodeURIComponent(hash.slice(1))) && hash !== '#main'
      })
      .map((reference) => `${address}: ${reference}`),
  )
  expect(broken).toEqual([])
})

test('what an error links to is on the site, for every error there is', () => {
  for (const code of Object.keys(faultCatalogue) as FaultCode[]) {
    const url = errorBody(new Fault(code)).error['doc_url']
    if (typeof url !== 'string') continue
    const [, address = '', anchor] = /^\/docs\/([^#]+)(?:#(.+))?$/.exec(url) ?? []
    const page = pages.get(fileOf(address)) ?? ''
    expect(page, url).not.toBe('')
    if (anchor !== undefined) expect(idsOf(page), url).toContain(anchor)
  }
})

test('the page for what is not there knows the others by where the gateway has them', () => {
  const missing = readFileSync(new URL('404.html', site.folder), 'utf8')
  const links = referencesOf(missing).filter((reference) => !/^#|^\/dashboard\/$/.test(reference))
  expect(links.length).toBeGreaterThan(100)
  for (const link of links) {
    expect(link).toMatch(/^\/docs\//)
    const target = link.slice('/docs/'.length).replace(/(^|\/)$/, '$1index.html')
    expect(existsSync(new URL(target, site.folder)), link).toBe(true)
  }
  expect(missing).toContain('type="search"')
})

test('every link of a document to a file of the repository leads to one', async () => {
  const documents = (await readDocuments(repository)).flatMap(({ entries }) =>
    entries.filter((entry) => typeof entry !== 'string'),
  )
  const broken = documents.flatMap(({ source, markdown }) =>
    [...markdown.replace(/^```[^]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, href]) => href ?? '')
      .filter((href) => !/^[a-z]+:/.test(href) && !existsSync(new URL(meantFile(href, source), repository)))
      .map((href) => `${source}: ${href}`),
  )
  expect(broken).toEqual([])
})

test('no page has a script, a style or a handler in it, nor loads anything from elsewhere', () => {
  for (const [address, page] of pages) {
    expect(
      [...page.matchAll(/<script(?![^>]* src=)[^>]*>|<style|<[^>]*\s(?:style|on\w+)=/g)].map(String),
      address,
    ).toEqual([])
    const loaded = [...page.matchAll(/<(?:script|link|img|iframe|source)[^>]*(?:src|href)="([^"]*)"/g)]
    expect(loaded.filter(([, reference]) => /^(?:[a-z]+:|\/\/)/.test(reference ?? '')).map(String), address).toEqual([])
  }
})

test('the search that is given on with the site comes with its licence', () => {
  expect(readFileSync(new URL('pagefind/LICENSE', site.folder), 'utf8')).toContain('Permission is hereby granted')
})

test('every page has one heading of the first level', () => {
  for (const [address, page] of pages) expect(page.match(/<h1[ >]/g), address).toHaveLength(1)
})

test('ids are unique on every page', () => {
  for (const [address, page] of pages) {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      address,
    ).toEqual([])
  }
})

test('every operation of the API is drawn, with its path', () => {
  const openApi = JSON.parse(readFileSync(new URL('docs/openapi.json', repository), 'utf8')) as OpenApi
  const reference = [...pages].filter(
    ([address]) => address.startsWith('reference/api/') && address !== 'reference/api/index.html',
  )
  for (const { operationId, method, path } of routesOf(openApi)) {
    const [, page] = reference.find(([, text]) => text.includes(`<h2 id="${operationId}"`)) ?? []
    expect(page, operationId).toContain(`${method}</span> <code>${path}</code>`)
  }
})

test('the quickstart is the README’s own, to the last command', () => {
  const start = pages.get('index.html') ?? ''
  expect(start).toContain('./micro trigger payment_intent.succeeded')
  expect(start).toContain('id="five-minutes"')
})

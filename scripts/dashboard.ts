/**
 * Builds the dashboard into apps/dashboard/dist, and holds what a browser has to load before the first page shows to a
 * bound: people look at it from trains. Ends with 1 when it is exceeded, or when something of another licence than what
 * ships may have got in.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Plugin, type Rolldown } from 'vite'
import type { OpenApi } from '../apps/docs/src/api/document.ts'
import { operationsOf } from './dashboard/operations.ts'
import { shippedLicences } from './dependencies.ts'
import { stripeOperations } from './stripe-operations.ts'

/** JavaScript of the first page, gzipped. */
const firstLoadBytesMax = 200_000

const root = fileURLToPath(new URL('..', import.meta.url))

export type Chunk = Pick<Rolldown.OutputChunk, 'fileName' | 'isEntry' | 'imports' | 'code'>

/** The chunks that a browser loads before anything shows: the entry, and what it imports at once. */
export const firstLoad = (chunks: readonly Chunk[]): Chunk[] => {
  const names = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName))
  for (const name of names)
    for (const imported of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) names.add(imported)
  return chunks.filter(({ fileName }) => names.has(fileName))
}

/** The folders of the packages that modules come from. */
export const packagesOf = (modules: readonly string[]): string[] => {
  const folders = modules.map((id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1])
  return [...new Set(folders.filter((folder) => folder !== undefined))].toSorted()
}

const licenceOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { license?: string }).license ?? '(none)'

/** The API reference is of the API it is built with: a module of its own, since it is large and one page alone needs it. */
const reference = (): Plugin => {
  const [name, id] = ['virtual:operations', '\0virtual:operations']
  return {
    name: 'reference',
    resolveId: (asked) => (asked === name ? id : undefined),
    load(asked) {
      if (asked !== id) return undefined
      const openApi = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as OpenApi
      const text = JSON.stringify(JSON.stringify(operationsOf(openApi, stripeOperations)))
      return `export const operations = JSON.parse(${text})`
    },
  }
}

if (import.meta.main) {
  const configFile = join(root, 'apps/dashboard/vite.config.ts')
  const built = await build({ configFile, plugins: [reference()], logLevel: 'warn' })
  const outputs = [built].flat().flatMap((each) => ('output' in each ? each.output : []))
  const chunks = outputs.filter((output) => output.type === 'chunk')
  const bytes = firstLoad(chunks).reduce((sum, { code }) => sum + gzipSync(code).length, 0)
  const packages = packagesOf(chunks.flatMap(({ moduleIds }) => moduleIds))
  const problems = packages
    .map((folder) => ({ name: folder.split('/node_modules/').at(-1), licence: licenceOf(folder) }))
    .filter(({ licence }) => !shippedLicences.has(licence))
    .map(({ name, licence }) => `${name} is licensed ${licence}, which is not allowed for what ships`)
  if (bytes > firstLoadBytesMax)
    problems.push(`The dashboard's first page loads ${bytes} bytes of JavaScript, gzipped.`)
  const kilobytes = (size: number): string => `${(size / 1000).toFixed(1)} kB`
  console.log(
    `Built the dashboard: ${kilobytes(bytes)} of JavaScript before the first page, gzipped, of ${kilobytes(firstLoadBytesMax)} at most; ${packages.length} packages in it.`,
  )
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}

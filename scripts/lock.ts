/**
 * Brings package-lock.json up to date with the manifests, for every platform.
 *
 * npm leaves a platform's build out of the lockfile when the registry it asked does not have it (a mirror may hold only
 * what its own machines need), and `npm ci` then refuses the lockfile everywhere. Their names and exact versions stand in
 * the packages that want them, so they can be filled in; their contents are then not pinned by a hash.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Locked = {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

export type Lockfile = { packages: Record<string, Locked> }

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony']
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32']

/** What a platform package runs on, read from its name: `@oxlint/binding-linux-x64-musl`. */
const platformOf = (name: string): Pick<Locked, 'os' | 'cpu' | 'libc'> => {
  const words = name.split(/[-/]/)
  const os = /win(32|dows)/.test(name) ? 'win32' : systems.find((system) => words.includes(system))
  const cpu = processors.find((processor) => words.includes(processor))
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) }
}

/** The platform packages that a package in the lockfile asks for by an exact version and that are not in it. */
export const missingPlatforms = ({ packages }: Lockfile): Record<string, Locked> => {
  const missing: Record<string, Locked> = {}
  for (const [path, locked] of Object.entries(packages))
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      const shared = `node_modules/${name}`
      const own = `${path}/node_modules/${name}`
      if (!/^\d/.test(version) || [own, shared].some((place) => packages[place]?.version === version)) continue
      const place = packages[shared] ? own : shared
      missing[place] = { version, ...platformOf(name), ...(locked.dev && { dev: true }), optional: true }
    }
  return missing
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: root, stdio: 'inherit' })
  const lockfile = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as Lockfile
  const missing = missingPlatforms(lockfile)
  const packages = Object.entries({ ...lockfile.packages, ...missing })
  lockfile.packages = Object.fromEntries(packages.sort(([a], [b]) => a.localeCompare(b, 'en')))
  writeFileSync(`${root}package-lock.json`, `${JSON.stringify(lockfile, null, 2)}\n`)
  console.log(`package-lock.json is up to date; ${Object.keys(missing).length} platform packages filled in by name.`)
}

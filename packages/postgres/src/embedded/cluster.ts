import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, lstat, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './errors.ts'
import type { ServerUser } from './user.ts'

/** The places below the data directory. */
export const layoutOf = (directory: string) => ({
  cluster: join(directory, 'cluster'),
  log: join(directory, 'postgres.log'),
  marker: join(directory, 'cluster-complete'),
  secrets: join(directory, 'secrets'),
  password: join(directory, 'secrets', 'superuser-password'),
})

export type Layout = ReturnType<typeof layoutOf>

/**
 * How the server names its own data directory. Under root, folders above it may be closed to the server's user; the
 * kernel lets a process into its own working directory all the same, and root can start it there.
 */
export const clusterPath = (cluster: string, user: ServerUser | undefined) =>
  user && process.platform === 'linux' ? '/proc/self/cwd' : cluster

const isMissing = (path: string) =>
  lstat(path).then(
    () => false,
    () => true,
  )

/** Written whole or not at all, and on disk before the cluster that is locked with it. */
const writeDurably = async (path: string, text: string) => {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}

const run = (
  program: string,
  args: string[],
  options: { cwd: string; user: ServerUser | undefined; env: NodeJS.ProcessEnv },
) =>
  new Promise<void>((resolve, reject) => {
    const { cwd, user, env } = options
    const child = spawn(program, args, { cwd, env, ...user, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (part: Buffer) => (output += part.toString()))
    child.stderr.on('data', (part: Buffer) => (output += part.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) return resolve()
      const lastLine = output.trim().split('\n').at(-1) ?? `exit code ${code}`
      reject(
        new EmbeddedPostgresError(`creating the database cluster failed: ${lastLine}`, { cause: new Error(output) }),
      )
    })
  })

type InitOptions = { layout: Layout; binaries: Binaries; user: ServerUser | undefined; durable: boolean }

const initialise = async ({ layout, binaries, user, durable }: InitOptions, password: string) => {
  await mkdir(layout.cluster, { mode: 0o700 })
  if (user) await chown(layout.cluster, user.uid, user.gid)
  // initdb reads the password from a file, as the server's user; argument lists are visible to everyone.
  const handover = await mkdtemp(join(tmpdir(), 'micro-initdb-'))
  try {
    const passwordFile = join(handover, 'password')
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (user) for (const path of [handover, passwordFile]) await chown(path, user.uid, user.gid)
    const args = [
      '-D',
      clusterPath(layout.cluster, user),
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--lc-messages=C',
      ...(durable ? [] : ['--no-sync']),
    ]
    await run(binaries.initdb, args, { cwd: layout.cluster, user, env: binaries.env })
  } finally {
    await rm(handover, { recursive: true, force: true })
  }
}

const checkVersion = async (layout: Layout, binaries: Binaries) => {
  const found = (await readFile(join(layout.cluster, 'PG_VERSION'), 'utf8').catch(() => 'unknown')).trim()
  if (found !== binaries.majorVersion)
    throw new EmbeddedPostgresError(
      `${layout.cluster} was written by PostgreSQL ${found}, and this is version ${binaries.majorVersion}`,
    )
}

/**
 * Makes sure of a complete cluster and tells the superuser's password. A cluster whose making was interrupted (its
 * marker is missing) holds nothing yet and is made again.
 */
export const ensureCluster = async (options: InitOptions): Promise<{ password: string; freshlyCreated: boolean }> => {
  const { layout, binaries } = options
  if (!(await isMissing(layout.marker))) {
    await checkVersion(layout, binaries)
    const password = await readFile(layout.password, 'utf8').catch((cause: unknown) => {
      throw new EmbeddedPostgresError(`the password of the database is missing: ${layout.password}`, { cause })
    })
    return { password, freshlyCreated: false }
  }
  await rm(layout.cluster, { recursive: true, force: true })
  const password = randomBytes(24).toString('base64url')
  await writeDurably(layout.password, password)
  await initialise(options, password)
  await writeDurably(layout.marker, `PostgreSQL ${binaries.majorVersion}\n`)
  return { password, freshlyCreated: true }
}

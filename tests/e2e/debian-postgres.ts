import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serverUser, withClient } from '@micro/postgres'
import { eventually, freePort, temporaryDirectory } from '@micro/testing'

const installed = '/usr/lib/postgresql'
const newest = (existsSync(installed) ? readdirSync(installed) : [])
  .map(Number)
  .filter((version) => version >= 15 && existsSync(`${installed}/${version}/bin/initdb`))
  .toSorted((a, b) => b - a)[0]

/**
 * Whether Debian's PostgreSQL is there, whose programs operators use (pg_dump, pg_restore, psql). Says so where it is
 * missing; under `CI=true`, where nothing may be left out, it throws instead.
 */
export const debianPostgresAvailable = (): boolean => {
  if (newest !== undefined) return true
  const reason = `no PostgreSQL from 15 on in ${installed} (Debian: apt-get install postgresql)`
  if (process.env['CI'] === 'true') throw new Error(reason)
  process.stdout.write(`Left out what needs PostgreSQL's own programs: ${reason}\n`)
  return false
}

/** A server of Debian's PostgreSQL on a free port, thrown away at the end, and its programs. */
export const startDebianPostgres = async () => {
  const directory = await temporaryDirectory()
  const program = (name: string): string => `${installed}/${newest}/bin/${name}`
  const user = serverUser()
  const cluster = join(directory.path, 'cluster')
  const passwordFile = join(directory.path, 'password')
  await chmod(directory.path, 0o755)
  await mkdir(cluster)
  await writeFile(passwordFile, 'superuser')
  if (user) for (const path of [cluster, passwordFile]) await chown(path, user.uid, user.gid)
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  const initdb = [
    '-D',
    cluster,
    '-U',
    'postgres',
    `--pwfile=${passwordFile}`,
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
    '-N',
  ]
  execFileSync(program('initdb'), initdb, { cwd: cluster, env, ...user, stdio: 'pipe' })
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 200,
  }
  const child = spawn(
    program('postgres'),
    ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { cwd: cluster, env, ...user, stdio: 'ignore' },
  )
  const exited = once(child, 'exit')
  const killNow = () => child.kill('SIGQUIT')
  process.once('exit', killNow)
  const superuserUrl = (database: string) => `postgres://postgres:superuser@127.0.0.1:${port}/${database}`
  const url = superuserUrl('postgres')
  await eventually(() => withClient({ url, applicationName: 'test' }, (client) => client.query('select 1')), {
    timeoutMs: 60_000,
  })
  return {
    superuserUrl,
    /** Runs one of its programs; resolves with what it printed. */
    run: (name: 'pg_dump' | 'pg_restore' | 'psql', ...args: readonly string[]): string =>
      execFileSync(program(name), args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    async stop(): Promise<void> {
      process.off('exit', killNow)
      child.kill('SIGINT')
      await exited
      await directory.remove()
    },
  }
}

export type DebianPostgres = Awaited<ReturnType<typeof startDebianPostgres>>

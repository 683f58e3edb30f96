import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { databases, names, startDistributed } from '../e2e/distributed.fixture.ts'
import { micro, removeTemporaryDirectories } from '../e2e/harness.ts'

/** Micro, running one of its two ways. */
export interface World {
  readonly url: string
  /** Everything anybody wrote down while it ran: services, PostgreSQL, standard output and error. */
  readonly logs: () => Promise<string>
  /** Each service's database, as superuser: for what no service may see. */
  readonly databaseUrls: readonly string[]
  readonly stop: () => Promise<unknown>
}

const filesBelow = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** What is built, as `make up` runs it. */
export const inOneProcess = async (): Promise<World> => {
  const { url, dataDir, instance, running, stop } = await micro({ env: { MICRO_LOGIN_RATE_LIMIT: '0' } })
  const password = await readFile(join(dataDir, 'postgres', 'secrets', 'superuser-password'), 'utf8')
  return {
    url,
    databaseUrls: Object.values(instance.databases).map((database) => {
      const superuser = new URL(database.url)
      superuser.username = 'postgres'
      superuser.password = password.trim()
      return superuser.href
    }),
    logs: async () => {
      const files = (await filesBelow(dataDir)).filter((file) => /log/i.test(file.slice(dataDir.length)))
      const texts = await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')))
      return [...texts, running.stdout(), running.stderr()].join('\n')
    },
    stop: async () => {
      await stop()
      await removeTemporaryDirectories()
    },
  }
}

/** Each service a process of its own, with PostgreSQL and Redis. */
export const inFiveProcesses = async (): Promise<World> => {
  const world = await startDistributed()
  await Promise.all(names.map(world.run))
  return {
    url: world.urls.gateway,
    databaseUrls: Object.values(databases).map(world.superuserUrl),
    logs: () => Promise.resolve(names.map(world.logOf).join('\n')),
    stop: world.stop,
  }
}

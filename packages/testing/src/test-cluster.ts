import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDirectory, startEmbeddedPostgres, stopLeftovers, type EmbeddedPostgres } from '@micro/postgres'
import { removeNow } from './untimely-end.ts'

const PREFIX = 'micro-test-cluster-'

export type TestCluster = { postgres: EmbeddedPostgres; stop: () => Promise<void>; killNow: () => void }

/** Ends and removes the clusters of runs that were killed before they could do it themselves. */
const sweep = async () => {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX))
  for (const name of names) {
    const directory = join(tmpdir(), name)
    try {
      await lockDirectory(directory)
      await stopLeftovers(join(directory, 'cluster'))
      await rm(directory, { recursive: true, force: true })
    } catch {
      // In use by another run, or removed by one: not ours to clean.
    }
  }
}

/** One PostgreSQL for a whole test run, thrown away after it, so nothing in it is made durable. */
export const startTestCluster = async (): Promise<TestCluster> => {
  await sweep()
  const directory = await mkdtemp(join(tmpdir(), PREFIX))
  await lockDirectory(directory)
  const postgres = await startEmbeddedPostgres({ directory, durable: false })
  return {
    postgres,
    stop: async () => {
      await postgres.stop()
      await rm(directory, { recursive: true, force: true, maxRetries: 3 })
    },
    killNow: () => {
      try {
        process.kill(postgres.pid, 'SIGQUIT')
      } catch {
        // It has ended already.
      }
      removeNow(directory)
    },
  }
}

import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDirectory, startEmbeddedPostgres, stopLeftovers, type EmbeddedPostgres } from '@micro/postgres'

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

const removeTries = 100
const removePauseMs = 20

/** For the last moments of a process, where nothing can be awaited: PostgreSQL may still be writing while it ends. */
const removeNow = (directory: string) => {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let tries = 1; tries <= removeTries && existsSync(directory); tries++) {
    try {
      rmSync(directory, { recursive: true, force: true })
    } catch {
      // A file appeared while its folder was being removed.
    }
    if (existsSync(directory)) Atomics.wait(pause, 0, 0, removePauseMs)
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

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDirectory } from '@micro/postgres'
import type { EmbeddedConfig } from './config.ts'

/** The folder everything of one installation lives in, held by this process alone until released. */
export interface DataDirectory {
  readonly path: string
  readonly release: () => Promise<void>
}

const prepare = async (path: string): Promise<void> => {
  // PostgreSQL may run as another user, so the folder is open to pass through; what is secret is 0700 inside.
  await chmod(path, 0o711)
  await writeFile(join(path, '.gitignore'), '*\n')
}

/** Creates and locks the data directory. @throws DirectoryInUseError, EmbeddedPostgresError in one sentence */
export const openDataDirectory = async ({
  dataDir,
  ephemeral,
}: Pick<EmbeddedConfig, 'dataDir' | 'ephemeral'>): Promise<DataDirectory> => {
  const path = ephemeral ? await mkdtemp(join(tmpdir(), 'micro-')) : dataDir
  const unlock = await lockDirectory(path)
  await prepare(path)
  return {
    path,
    async release() {
      await unlock()
      if (ephemeral) await rm(path, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

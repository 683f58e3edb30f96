import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { DirectoryInUseError, findRunningPostgres, lockDirectory, startEmbeddedPostgres } from '@micro/postgres'
import { createUndo } from '@micro/service'
import { ToolError } from '../tool.ts'

/** A data directory whose PostgreSQL runs, whoever started it. */
export interface Source {
  readonly superuserUrl: (database: string) => string
  readonly cluster: string
  readonly close: () => Promise<void>
}

const lock = async (dataDir: string): Promise<(() => Promise<void>) | undefined> => {
  try {
    return await lockDirectory(dataDir)
  } catch (error) {
    if (error instanceof DirectoryInUseError) return undefined
    throw error
  }
}

/**
 * Joins the PostgreSQL of the platform that runs on the data directory; where none does, holds the directory and starts
 * its PostgreSQL for as long as it takes. @throws ToolError, EmbeddedPostgresError
 */
export const openSource = async (dataDir: string): Promise<Source> => {
  const directory = join(dataDir, 'postgres')
  await access(join(directory, 'cluster-complete')).catch((cause: unknown) => {
    throw new ToolError(
      `There is no Micro in ${dataDir}. Name the data directory that "micro up" was given with --data-dir.`,
      { cause },
    )
  })
  const cluster = join(directory, 'cluster')
  const release = await lock(dataDir)
  if (release === undefined) return { ...(await findRunningPostgres(directory)), cluster, close: async () => {} }
  const undo = createUndo()
  undo.add(release)
  try {
    const postgres = await startEmbeddedPostgres({ directory })
    undo.add(() => postgres.stop())
    return { superuserUrl: postgres.superuserUrl, cluster, close: undo.all }
  } catch (error) {
    await undo.all()
    throw error
  }
}

import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyLedger, type Verification, type VerifiedBook } from '@micro/ledger/verify'
import { createDatabase, embeddedPostgresVersion, readMigrations, startEmbeddedPostgres } from '@micro/postgres'
import { createUndo } from '@micro/service'
import { ArchiveError } from '../archive/archive-error.ts'
import type { Manifest, Taker } from '../archive/manifest.ts'
import { openDataDirectory } from '../data-directory.ts'
import { databaseNames, migrationsOf, storingServices } from '../databases.ts'
import { ToolError } from '../tool.ts'
import type { RestoreConfig } from './config.ts'
import { openTarget } from './target.ts'
import { unpack } from './unpack.ts'

export interface Restored {
  readonly manifest: Manifest | undefined
  readonly verification: Verification
}

// A large lane takes its time; nobody waits behind these statements.
const statementTimeoutMs = 60 * 60 * 1_000

const taker = async (): Promise<Taker> => {
  const known = storingServices.map(async (service) => {
    const migrations = await readMigrations(migrationsOf(service))
    return [service, migrations.map(({ name }) => name)] as const
  })
  return { postgres: await embeddedPostgresVersion(), migrations: Object.fromEntries(await Promise.all(known)) }
}

const unpackInPlace = async ({ file, dataDir }: RestoreConfig, signal: AbortSignal): Promise<Manifest | undefined> => {
  await access(file).catch((cause: unknown) => {
    throw new ToolError(`There is no backup ${file}.`, { cause })
  })
  const target = await openTarget(dataDir)
  try {
    const manifest = await unpack(file, target.aside, { taker: await taker(), signal })
    signal.throwIfAborted()
    await target.moveInPlace()
    return manifest
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    throw new ToolError(`${file} cannot be restored: ${error.message}. Nothing was changed.`, { cause: error })
  } finally {
    await target.close()
  }
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

/** Starts PostgreSQL, which recovers to the moment the backup was complete, and verifies the ledger in it. */
const recoverAndVerify = async (
  dataDir: string,
  { signal, onBook }: { signal: AbortSignal; onBook: (book: VerifiedBook) => void },
): Promise<Verification> => {
  const undo = createUndo()
  try {
    const directory = await openDataDirectory({ dataDir, ephemeral: false })
    undo.add(directory.release)
    const postgres = await startEmbeddedPostgres({ directory: join(dataDir, 'postgres') })
    const url = postgres.superuserUrl(databaseNames.ledger)
    const ledger = createDatabase({ url, applicationName: 'micro restore', poolSize: 1, statementTimeoutMs })
    undo.add(() => ledger.close())
    // Before the pool, whose statement under way it ends.
    undo.add(() => postgres.stop())
    const verified = verifyLedger(ledger, { onBook })
    // Cut short, it fails once more when its connection is closed; that is no second failure.
    verified.catch(() => {})
    return await Promise.race([verified, whenAborted(signal)])
  } finally {
    await undo.all()
  }
}

/**
 * Makes a data directory out of a backup, and says whether its ledger holds. Before the archive was read to its end and
 * found whole, nothing stands in the directory's place. @throws ToolError, EmbeddedPostgresError
 */
export const restore = async (
  config: RestoreConfig,
  options: { signal: AbortSignal; onBook?: (book: VerifiedBook) => void },
): Promise<Restored> => {
  const { signal, onBook = () => {} } = options
  const manifest = await unpackInPlace(config, signal)
  return { manifest, verification: await recoverAndVerify(config.dataDir, { signal, onBook }) }
}

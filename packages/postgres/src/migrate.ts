import type pg from 'pg'
import { withClient } from './client.ts'
import { MigrationError, SQLSTATE, sqlState } from './errors.ts'
import { pendingMigrations, readMigrations, type Migration } from './migrations-folder.ts'
import { applyMigration, ensureMigrationsTable, listMigrations, lockMigrations } from './migrations.store.ts'
import { showTo, type Reader } from './reader.ts'

export type MigrateOptions = {
  /** A login that owns the schema, or may create it. */
  url: string
  schema: string
  /** Holds forward-only files named 0001_intent_name.sql. */
  directory: string | URL
  /** How long to wait for another migrator and for locks of running work. Default 30 s. */
  lockTimeoutMs?: number
  /** Lets people look at the schema as it is after the migrations; nobody without. */
  reader?: Reader
  log?: (line: string) => void
}

const apply = async (client: pg.Client, schema: string, migration: Migration) => {
  try {
    await applyMigration(client, schema, migration)
  } catch (cause) {
    await client.query('rollback').catch(() => {})
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MigrationError(`migration ${migration.name} of schema ${schema} failed: ${reason}`, { cause })
  }
}

const lock = async (client: pg.Client, schema: string, lockTimeoutMs: number) => {
  try {
    await lockMigrations(client, schema, lockTimeoutMs)
  } catch (cause) {
    if (sqlState(cause) !== SQLSTATE.lockNotAvailable) throw cause
    throw new MigrationError(`another process has been migrating schema ${schema} for ${lockTimeoutMs} ms`, { cause })
  }
}

/**
 * Brings a schema up to the folder, creating it if missing, and shows it to whom it may be shown. Safe to run from several processes at once and again
 * at every start. Throws MigrationError, naming the file, when folder and database do not fit or a file fails;
 * earlier files stay applied.
 */
export const migrate = async (options: MigrateOptions): Promise<{ applied: string[] }> => {
  const { schema, lockTimeoutMs = 30_000, log = () => {} } = options
  const folder = await readMigrations(options.directory)
  return withClient({ url: options.url, applicationName: `micro migrate ${schema}` }, async (client) => {
    await lock(client, schema, lockTimeoutMs)
    await ensureMigrationsTable(client, schema)
    const pending = pendingMigrations(schema, folder, await listMigrations(client, schema))
    for (const migration of pending) {
      await apply(client, schema, migration)
      log(`${schema}: applied ${migration.name}`)
    }
    // Under the same lock: two sessions that change one table's grants at once fail.
    if (options.reader) await showTo(client, schema, options.reader)
    return { applied: pending.map(({ name }) => name) }
  })
}

/** The names of the migrations that a schema has, in their order. Throws PostgreSQL's error when it has no such table. */
export const appliedMigrations = ({ url, schema }: { url: string; schema: string }): Promise<string[]> =>
  withClient({ url, applicationName: `micro migrations of ${schema}` }, async (client) =>
    (await listMigrations(client, schema)).map(({ name }) => name),
  )

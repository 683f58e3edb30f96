import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MigrationError } from './errors.ts'

export type Migration = { name: string; checksum: string; text: string }

const NAME = /^\d{4}_[a-z0-9_]+\.sql$/

const readMigration = async (folder: string, name: string): Promise<Migration> => {
  const text = await readFile(join(folder, name), 'utf8')
  // Line endings are no change: git may rewrite them on checkout.
  const checksum = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
  return { name, checksum, text }
}

/** The folder's migrations in their order. Throws MigrationError for a misnamed file or a number used twice. */
export const readMigrations = async (directory: string | URL): Promise<Migration[]> => {
  const folder = directory instanceof URL ? fileURLToPath(directory) : directory
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  for (const [index, name] of names.entries()) {
    if (!NAME.test(name)) throw new MigrationError(`migration ${name} is not named like 0001_create_accounts.sql`)
    if (names[index + 1]?.slice(0, 4) === name.slice(0, 4))
      throw new MigrationError(`migrations ${name} and ${names[index + 1]} share a number`)
  }
  return Promise.all(names.map((name) => readMigration(folder, name)))
}

type Applied = { name: string; checksum: string }

/**
 * The migrations still to run. Throws MigrationError when the database holds one that this code does not know (it
 * is newer than the code), when an applied file changed, or when one was slipped in before an applied one.
 */
export const pendingMigrations = (schema: string, folder: Migration[], applied: Applied[]): Migration[] => {
  const known = new Map(folder.map((migration) => [migration.name, migration]))
  for (const { name, checksum } of applied) {
    const migration = known.get(name)
    if (!migration) throw new MigrationError(`schema ${schema} is newer than this code: it has migration ${name}`)
    if (migration.checksum !== checksum)
      throw new MigrationError(`migration ${name} of schema ${schema} was changed after it ran; add a new file instead`)
  }
  const last =
    applied
      .map(({ name }) => name)
      .sort()
      .at(-1) ?? ''
  const done = new Set(applied.map(({ name }) => name))
  const pending = folder.filter(({ name }) => !done.has(name))
  const late = pending.find(({ name }) => name < last)
  if (late) throw new MigrationError(`migration ${late.name} of schema ${schema} comes before ${last}, which ran`)
  return pending
}

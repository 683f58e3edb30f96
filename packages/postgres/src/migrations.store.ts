import pg from 'pg'
import type { Migration } from './migrations-folder.ts'

const table = (schema: string) => `${pg.escapeIdentifier(schema)}.migrations`

/** Excludes other migrators of the schema until the session ends. Waits at most `lockTimeoutMs`. */
export const lockMigrations = async (client: pg.Client, schema: string, lockTimeoutMs: number) => {
  await client.query(`set lock_timeout = ${Math.trunc(lockTimeoutMs)}`)
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`micro migrations ${schema}`])
}

export const ensureMigrationsTable = async (client: pg.Client, schema: string) => {
  // Asked first, since "if not exists" needs the right to create even when there is nothing to do.
  const { rows } = await client.query('select to_regclass($1) as found, to_regnamespace($2) as home', [
    table(schema),
    pg.escapeIdentifier(schema),
  ])
  if (rows[0]?.home === null) await client.query(`create schema ${pg.escapeIdentifier(schema)}`)
  if (rows[0]?.found === null)
    await client.query(
      `create table ${table(schema)} (
        name text collate "C" primary key,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`,
    )
}

export const listMigrations = async (client: pg.Client, schema: string) => {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `select name, checksum from ${table(schema)} order by name`,
  )
  return rows
}

/** One transaction per file: it happened with its record, or not at all. */
export const applyMigration = async (client: pg.Client, schema: string, { name, checksum, text }: Migration) => {
  await client.query('begin')
  await client.query(text)
  await client.query(`insert into ${table(schema)} (name, checksum) values ($1, $2)`, [name, checksum])
  const { command } = await client.query('commit')
  if (command !== 'COMMIT') throw new Error('its transaction was ended from inside the file')
}

import pg from 'pg'
import { quoteIdentifier as id } from '../client.ts'
import { SQLSTATE, sqlState } from '../errors.ts'

const text = pg.escapeLiteral

export const databaseExists = async (client: pg.Client, name: string) =>
  (await client.query('select from pg_database where datname = $1', [name])).rowCount === 1

/** Cloned from template0, which nobody can be connected to, so that several can be created at once. */
export const createDatabaseOwnedBy = async (client: pg.Client, { name, owner }: { name: string; owner: string }) => {
  try {
    await client.query(`create database ${id(name)} owner ${id(owner)} template template0`)
  } catch (error) {
    if (sqlState(error) !== SQLSTATE.duplicateDatabase) throw error
  }
}

export type LoginRole = {
  name: string
  password: string
  settings?: Record<string, string>
  /** How many connections it may have at once; without it, as many as the server has. */
  connectionsMax?: number
}

/** Creates the role, or sets its password and settings anew. */
export const ensureLogin = async (client: pg.Client, { name, password, settings = {}, connectionsMax }: LoginRole) => {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name])
  const verb = rowCount === 0 ? 'create' : 'alter'
  const rights = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls'
  const limit = `connection limit ${connectionsMax ?? -1}`
  await client.query(`${verb} role ${id(name)} ${rights} ${limit} password ${text(password)}`)
  for (const [setting, value] of Object.entries(settings))
    await client.query(`alter role ${id(name)} set ${id(setting)} = ${text(value)}`)
}

export const grantConnect = async (client: pg.Client, { database, role }: { database: string; role: string }) => {
  await client.query(`grant connect on database ${id(database)} to ${id(role)}`)
}

/** What a role means by a bare table name in one database. */
export const setSearchPath = async (
  client: pg.Client,
  { database, role, schema }: { database: string; role: string; schema: string },
) => {
  await client.query(`alter role ${id(role)} in database ${id(database)} set search_path = ${id(schema)}`)
}

export const closeToPublic = async (client: pg.Client, database: string) => {
  await client.query(`revoke all on database ${id(database)} from public`)
}

/** PostgreSQL lets every role fill the disk with large objects, tables or not; nothing here uses them. */
export const closeLargeObjects = async (client: pg.Client) => {
  await client.query('revoke execute on function lo_creat(int), lo_create(oid), lo_from_bytea(oid, bytea) from public')
}

/**
 * PostgreSQL lets every role take any advisory lock, and so hold up the migrations and all others that wait for one.
 * Only these roles may from now on.
 */
export const keepAdvisoryLocksFor = async (client: pg.Client, roles: readonly string[]) => {
  const { rows } = await client.query<{ list: string }>(
    `select string_agg(oid::regprocedure::text, ', ') as list from pg_proc
     where pronamespace = 'pg_catalog'::regnamespace and proname ~ 'advisory'`,
  )
  const list = rows[0]?.list ?? ''
  await client.query(`revoke execute on function ${list} from public`)
  await client.query(`grant execute on function ${list} to ${roles.map(id).join(', ')}`)
}

export const ensureSchema = async (client: pg.Client, { schema, owner }: { schema: string; owner: string }) => {
  await client.query('revoke create on schema public from public')
  await client.query(`create schema if not exists ${id(schema)} authorization ${id(owner)}`)
}

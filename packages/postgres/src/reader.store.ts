import pg from 'pg'
import { quoteIdentifier as id } from './client.ts'

export const roleExists = async (client: pg.Client, name: string) =>
  (await client.query('select from pg_roles where rolname = $1', [name])).rowCount === 1

export const listTables = async (client: pg.Client, schema: string) => {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition order by 1`,
    [schema],
  )
  return rows.map(({ name }) => name)
}

export const listColumns = async (client: pg.Client, { schema, table }: { schema: string; table: string }) => {
  const { rows } = await client.query<{ name: string }>(
    `select a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [schema, table],
  )
  return rows.map(({ name }) => name)
}

type Reader = { schema: string; reader: string }

export const grantUsage = async (client: pg.Client, { schema, reader }: Reader) => {
  await client.query(`grant usage on schema ${id(schema)} to ${id(reader)}`)
}

/** Takes back every right to read, of tables present and to come, so that the grants after it are the whole list. */
export const revokeAllReads = async (client: pg.Client, { schema, reader }: Reader) => {
  await client.query(`revoke all on all tables in schema ${id(schema)} from ${id(reader)}`)
  await client.query(`alter default privileges in schema ${id(schema)} revoke select on tables from ${id(reader)}`)
}

export const grantAllReads = async (client: pg.Client, { schema, reader }: Reader) => {
  await client.query(`grant select on all tables in schema ${id(schema)} to ${id(reader)}`)
  await client.query(`alter default privileges in schema ${id(schema)} grant select on tables to ${id(reader)}`)
}

type TableGrant = { schema: string; table: string; reader: string; columns?: string[] }

export const grantTable = async (client: pg.Client, { schema, table, reader, columns }: TableGrant) => {
  const list = columns ? ` (${columns.map(id).join(', ')})` : ''
  await client.query(`grant select${list} on ${id(schema)}.${id(table)} to ${id(reader)}`)
}

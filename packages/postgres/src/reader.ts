import type pg from 'pg'
import {
  grantAllReads,
  grantTable,
  grantUsage,
  listColumns,
  listTables,
  revokeAllReads,
  roleExists,
} from './reader.store.ts'

/** Whom a schema is shown to, and what of it is not. */
export type Reader = {
  /** The login people look into the databases with. Default `user`. */
  role?: string
  /** What people must not see: `table` or `table.column`. */
  hidden: readonly string[]
}

/** The login that people look into the databases with; everybody knows its password. */
export const readerRole = 'user'

type Shown = { schema: string; reader: string; hidden: readonly string[] }

const grantVisible = async (client: pg.Client, { schema, reader, hidden }: Shown) => {
  for (const table of await listTables(client, schema)) {
    if (hidden.includes(table)) continue
    if (!hidden.some((name) => name.startsWith(`${table}.`))) {
      await grantTable(client, { schema, table, reader })
      continue
    }
    const columns = (await listColumns(client, { schema, table })).filter(
      (name) => !hidden.includes(`${table}.${name}`),
    )
    if (columns.length > 0) await grantTable(client, { schema, table, reader, columns })
  }
}

/**
 * Lets the reader see a schema, as its owner. Nothing happens where there is no such login. Repeatable. Where something
 * is hidden, only the tables that exist by now become visible, so that a new table with secrets is never shown by
 * default; elsewhere future tables are visible at once.
 */
export const showTo = async (
  client: pg.Client,
  schema: string,
  { role = readerRole, hidden }: Reader,
): Promise<void> => {
  if (!(await roleExists(client, role))) return
  const shown = { schema, reader: role, hidden }
  await client.query('begin')
  await grantUsage(client, shown)
  await revokeAllReads(client, shown)
  if (hidden.length === 0) await grantAllReads(client, shown)
  else await grantVisible(client, shown)
  await client.query('commit')
}

/** The rows of a schema as SQL that a person can read and review. */
import { quoteIdentifier as id, type Database } from '@micro/postgres'

type Column = { table: string; name: string; ordered: boolean }

const columnsOf = (db: Database, schema: string) => db.sql<Column>`
  select c.relname as table, a.attname as name, a.atttypid <> 'json'::regtype as ordered
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  where n.nspname = ${schema} and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and c.relname <> 'migrations'
  order by c.relname, a.attnum`

const sequencesOf = (db: Database, schema: string) => db.sql<{ name: string; last: bigint }>`
  select sequencename as name, last_value as last from pg_sequences
  where schemaname = ${schema} and last_value is not null order by 1`

/** Every statement is a text of its own: names of tables cannot be parameters. */
const ask = <Row extends object>(db: Database, text: string): Promise<Row[]> =>
  db.sql<Row>(Object.assign([text], { raw: [text] }) as unknown as TemplateStringsArray)

const insertOf = async (db: Database, schema: string, table: string, columns: readonly Column[]): Promise<string> => {
  const names = columns.map(({ name }) => id(name))
  const literals = names.map((name) => `quote_nullable(${name}::text)`).join(` || ', ' || `)
  // Of every column that has an order, so that the same rows give the same text.
  const order = columns.flatMap(({ name, ordered }) => (ordered ? [id(name)] : [])).join(', ')
  const query = `select ${literals} as row from ${id(schema)}.${id(table)} order by ${order}`
  const rows = await ask<{ row: string }>(db, query)
  if (rows.length === 0) return ''
  const values = rows.map(({ row }) => `  (${row})`).join(',\n')
  return `insert into ${schema}.${table} (${names.join(', ')}) overriding system value values\n${values};\n`
}

/** Inserts of everything but the list of migrations, table by table, and where the sequences are. */
export const dumpRows = async (db: Database, schema: string): Promise<string> => {
  const inserts: string[] = []
  for (const [table, columns] of Map.groupBy(await columnsOf(db, schema), ({ table: of }) => of))
    inserts.push(await insertOf(db, schema, table, columns))
  const sequences = (await sequencesOf(db, schema)).map(
    ({ name, last }) => `select setval('${schema}.${name}', ${last});\n`,
  )
  return [...inserts.filter((text) => text !== ''), sequences.join('')].filter((text) => text !== '').join('\n')
}

import { createDatabase } from '@micro/postgres'

/** Every row of every table of a database, as text; bytes are in hex. */
const everythingIn = async (url: string): Promise<string> => {
  const database = createDatabase({ url, applicationName: 'everything kept', poolSize: 1 })
  try {
    const tables = await database.sql<{ text: string }>`
      select query_to_xml(format('select one::text as row from %I.%I one', schemaname, tablename), true, false, '')::text as text
      from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`
    return tables.map(({ text }) => text).join('\n')
  } finally {
    await database.close()
  }
}

/** Everything all of these databases keep, as one text. */
export const everythingKept = async (urls: readonly string[]): Promise<string> =>
  (await Promise.all(urls.map(everythingIn))).join('\n')

/** Which of the texts stand in a haystack, as they are or as bytes in hex. Names them, and shows none. */
export const foundIn = (haystack: string, needles: Readonly<Record<string, string>>): string[] =>
  Object.entries(needles)
    .filter(([, needle]) => haystack.includes(needle) || haystack.includes(Buffer.from(needle).toString('hex')))
    .map(([name]) => name)

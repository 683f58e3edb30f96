import pg from 'pg'

/** A name as it may stand in a statement. */
export const quoteIdentifier: (name: string) => string = pg.escapeIdentifier

/**
 * Runs administrative work (creating databases, roles, migrating) on one connection of its own, closed after it.
 * The services use createDatabase.
 */
export const withClient = async <T>(
  { url, applicationName }: { url: string; applicationName: string },
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client({ connectionString: url, application_name: applicationName })
  // The loss of the connection reaches the caller through its statement; unheard, the event would end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

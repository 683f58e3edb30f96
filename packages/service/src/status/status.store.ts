import { only, type Sql } from '@micro/postgres'

/** "18.1", or with what a distribution adds to it. */
export const selectServerVersion = async (sql: Sql): Promise<string> =>
  only(await sql<{ version: string }>`select current_setting('server_version') as version`).version

import { only, type Sql } from '@micro/postgres'

/** Fails when the database cannot be reached or was not migrated. */
export const checkDatabase = async (sql: Sql): Promise<void> =>
  void only(await sql`select only_row from auth.installation`)

import type { Sql } from './sql.ts'

/** Ends each statement of this database transaction after so many milliseconds. */
export const limitStatements = async (sql: Sql, timeoutMs: number): Promise<void> => {
  await sql`select set_config('statement_timeout', ${String(timeoutMs)}, true)`
}

import type { Sql } from '@micro/postgres'

export const pingDatabase = (sql: Sql) => sql`select 1`

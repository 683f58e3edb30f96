import { only, type Sql } from '@micro/postgres'
import type { Attempts } from './throttle.ts'

interface AttemptsRow {
  failures: number
  locked_until: Date | null
  updated_at: Date
}

/** Locks the row of one address, making it first when there is none: attempts on one address are judged in turn. */
export const lockAttempts = async (sql: Sql, key: Buffer, now: Date): Promise<Attempts> => {
  const row = only(
    await sql<AttemptsRow>`
    insert into auth.login_attempts (key, failures, locked_until, updated_at)
    values (${key}, 0, null, ${now})
    on conflict (key) do update set key = excluded.key
    returning failures, locked_until, updated_at`,
  )
  return { failures: row.failures, lockedUntil: row.locked_until, updatedAt: row.updated_at }
}

export const saveAttempts = (sql: Sql, key: Buffer, { failures, lockedUntil, updatedAt }: Attempts) => sql`
  update auth.login_attempts set failures = ${failures}, locked_until = ${lockedUntil}, updated_at = ${updatedAt}
  where key = ${key}`

/** Takes one counted attempt back that came to no answer, unless a later one was counted since. */
export const restoreAttempts = (
  sql: Sql,
  key: Buffer,
  { before, counted }: { before: Attempts; counted: Attempts },
) => sql`
  update auth.login_attempts set failures = ${before.failures}, locked_until = ${before.lockedUntil}
  where key = ${key} and failures = ${counted.failures} and updated_at = ${counted.updatedAt}`

export const deleteAttempts = (sql: Sql, key: Buffer) => sql`delete from auth.login_attempts where key = ${key}`

export const deleteAttemptsBefore = async (sql: Sql, before: Date): Promise<number> =>
  (
    await sql`
      delete from auth.login_attempts
      where key in (select key from auth.login_attempts where updated_at < ${before} limit 1000)
      returning failures`
  ).length

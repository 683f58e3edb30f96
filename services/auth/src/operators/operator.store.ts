import { first, only, type Sql } from '@micro/postgres'
import type { UserRow } from '../users/user.ts'

/** Whether this user is an operator who may log in; if so, they stay one until the end of the database transaction. */
export const lockOperator = async (sql: Sql, id: string): Promise<boolean> =>
  (await sql`select id from auth.users where id = ${id} and operator and disabled_at is null for share`).length === 1

/** Changes of users are made one after the other, so that two operators cannot remove each other at once. */
export const lockOperators = (sql: Sql) => sql`select pg_advisory_xact_lock(hashtextextended('auth.operators', 0))`

export const countOtherOperators = async (sql: Sql, { except }: { except: string }): Promise<bigint> =>
  only(
    await sql<{ count: bigint }>`
    select count(*) as count from auth.users where operator and disabled_at is null and id <> ${except}`,
  ).count

/** Any user of the installation: for operators alone. */
export const lockUser = async (sql: Sql, id: string): Promise<UserRow | undefined> =>
  first(
    await sql<UserRow>`
    select users.id, email, password_hash, operator, disabled_at, users.created_at, merchants.id as merchant
    from auth.users join auth.merchants on merchants.owner = users.id
    where users.id = ${id}
    for update of users`,
  )

export const saveUserState = (sql: Sql, state: { id: string; operator: boolean; disabled_at: Date | null }) => sql`
  update auth.users set operator = ${state.operator}, disabled_at = ${state.disabled_at} where id = ${state.id}`

/** Any user's: for operators alone. */
export const selectLiveSessionIds = async (sql: Sql, userId: string): Promise<string[]> =>
  (
    await sql<{ id: string }>`
    select id from auth.login_sessions where user_id = ${userId} and ended_at is null`
  ).map(({ id }) => id)

/**
 * When some users last used any of the sessions they hold, by their ids: as `lastUsed` has it of one session. `idleMs`:
 * after so long without use a browser's ends. For operators alone.
 */
export const selectLastSeen = async (
  sql: Sql,
  { users, now, idleMs }: { users: readonly string[]; now: Date; idleMs: number },
): Promise<ReadonlyMap<string, Date>> => {
  const rows = await sql<{ user_id: string; seen_at: Date }>`
    select session.user_id, max(greatest(session.created_at, case when session.cookie_hash is null
      then (select max(token.created_at) from auth.refresh_tokens token where token.session = session.id)
      else session.expires_at - ${idleMs} * interval '1 millisecond' end)) as seen_at
    from auth.login_sessions session
    where session.user_id = any(${users}::text[]) and session.ended_at is null and session.expires_at > ${now}
    group by session.user_id`
  return new Map(rows.map(({ user_id, seen_at }) => [user_id, seen_at]))
}

/** Keys of both modes, for operators alone. */
export const selectActiveApiKeyIds = async (sql: Sql, merchant: string): Promise<string[]> =>
  (
    await sql<{ id: string }>`
    select id from auth.api_keys where merchant = ${merchant} and revoked_at is null`
  ).map(({ id }) => id)

export const userExists = async (sql: Sql, id: string): Promise<boolean> =>
  (await sql`select id from auth.users where id = ${id}`).length === 1

/** All users, newest first, beginning after the one with the id `after` (null: at the newest); for operators alone. */
export const selectUsersAfter = (sql: Sql, { after, limit }: { after: string | null; limit: number }) => sql<UserRow>`
  select users.id, email, password_hash, operator, disabled_at, users.created_at, merchants.id as merchant
  from auth.users join auth.merchants on merchants.owner = users.id
  where ${after}::text is null or users.id < ${after}
  order by users.id desc     -- ids begin with their time
  limit ${limit}`

/** All users next to and newer than the one with the id `before`, oldest first; for operators alone. */
export const selectUsersBefore = (sql: Sql, { before, limit }: { before: string; limit: number }) => sql<UserRow>`
  select users.id, email, password_hash, operator, disabled_at, users.created_at, merchants.id as merchant
  from auth.users join auth.merchants on merchants.owner = users.id
  where users.id > ${before}
  order by users.id
  limit ${limit}`

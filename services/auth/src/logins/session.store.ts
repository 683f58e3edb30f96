import { first, type Sql } from '@micro/postgres'
import type { EndReason, LiveBrowserSession, OwnSessionRow, RefreshTokenRow, SessionRow } from './session.ts'

export const insertSession = (
  sql: Sql,
  session: Omit<SessionRow, 'ended_at'> & {
    client_ip: string | null
    created_at: Date
    cookie_hash: Buffer | null
    in_clear: boolean
  },
) => sql`
  insert into auth.login_sessions (id, user_id, merchant, client_ip, created_at, expires_at, cookie_hash,
                                   in_clear)
  values (${session.id}, ${session.user_id}, ${session.merchant}, ${session.client_ip}, ${session.created_at},
          ${session.expires_at}, ${session.cookie_hash}, ${session.in_clear})`

export const insertRefreshToken = (
  sql: Sql,
  token: { hash: Buffer; session: string; created_at: Date; expires_at: Date },
) => sql`
  insert into auth.refresh_tokens (hash, session, created_at, expires_at)
  values (${token.hash}, ${token.session}, ${token.created_at}, ${token.expires_at})`

/** Locks the session a refresh token belongs to, so that exchanges within one session are judged in turn. */
export const lockSessionOfToken = async (sql: Sql, hash: Buffer): Promise<SessionRow | undefined> =>
  first(
    await sql<SessionRow>`
    select id, user_id, merchant, expires_at, ended_at
    from auth.login_sessions
    where id = (select session from auth.refresh_tokens where hash = ${hash})
    for update`,
  )

export const lockSessionOfCookie = async (sql: Sql, hash: Buffer): Promise<SessionRow | undefined> =>
  first(
    await sql<SessionRow>`
    select id, user_id, merchant, expires_at, ended_at
    from auth.login_sessions
    where cookie_hash = ${hash}
    for update`,
  )

/** Read only after the session is locked: a statement of its own sees what the holder of the lock before us wrote. */
export const selectRefreshToken = async (sql: Sql, hash: Buffer): Promise<RefreshTokenRow | undefined> =>
  first(
    await sql<RefreshTokenRow>`
    select token.session, token.expires_at, token.used_at, token.successor, next.used_at is not null as successor_used
    from auth.refresh_tokens token left join auth.refresh_tokens next on next.hash = token.successor
    where token.hash = ${hash}`,
  )

export const saveRefreshTokenUse = (sql: Sql, use: { hash: Buffer; successor: Buffer; now: Date }) => sql`
  update auth.refresh_tokens set used_at = ${use.now}, successor = ${use.successor}
  where hash = ${use.hash} and used_at is null`

export const extendSession = (sql: Sql, { id, expiresAt }: { id: string; expiresAt: Date }) => sql`
  update auth.login_sessions set expires_at = ${expiresAt} where id = ${id}`

/** False when it had ended already. */
export const endSession = async (
  sql: Sql,
  { id, now, reason }: { id: string; now: Date; reason: EndReason },
): Promise<boolean> =>
  (
    await sql`
      update auth.login_sessions set ended_at = ${now}, end_reason = ${reason}
      where id = ${id} and ended_at is null
      returning id`
  ).length === 1

/**
 * Ends all of a user's sessions but the one given, if any, which lives on unless it is a browser's: whoever copied its
 * cookie would, too. Returns the ids of those that ended.
 */
export const endSessionsOf = async (
  sql: Sql,
  { userId, except, now, reason }: { userId: string; except: string | null; now: Date; reason: EndReason },
): Promise<string[]> => {
  const rows = await sql<{ id: string }>`
    update auth.login_sessions set ended_at = ${now}, end_reason = ${reason}
    where user_id = ${userId} and ended_at is null
      and (${except}::text is null or id <> ${except} or cookie_hash is not null)
    returning id`
  return rows.map(({ id }) => id)
}

/** Ends all of a person's live sessions but the one given, of whichever kind that is. Returns the ids of those that ended. */
export const endOtherSessions = async (
  sql: Sql,
  { user, merchant, except, now }: { user: string; merchant: string; except: string; now: Date },
): Promise<string[]> => {
  const rows = await sql<{ id: string }>`
    update auth.login_sessions set ended_at = ${now}, end_reason = 'revoked'
    where user_id = ${user} and merchant = ${merchant} and ended_at is null and expires_at > ${now} and id <> ${except}
    returning id`
  return rows.map(({ id }) => id)
}

interface Owner {
  readonly user: string
  readonly merchant: string
  readonly now: Date
}

/** The person's own live sessions, newest first, beginning after the one with the id `after` (null: at the newest). */
export const selectOwnSessionsAfter = (
  sql: Sql,
  { user, merchant, now, after, limit }: Owner & { after: string | null; limit: number },
) => sql<OwnSessionRow>`
  select id, client_ip, created_at, expires_at, cookie_hash is not null as is_browsers,
    (select max(token.created_at) from auth.refresh_tokens token where token.session = login_sessions.id) as refreshed_at
  from auth.login_sessions
  where user_id = ${user} and merchant = ${merchant} and ended_at is null and expires_at > ${now}
    and (${after}::text is null or id < ${after})
  order by id desc     -- ids begin with their time
  limit ${limit}`

/** The person's own live sessions next to and newer than the one with the id `before`, oldest first. */
export const selectOwnSessionsBefore = (
  sql: Sql,
  { user, merchant, now, before, limit }: Owner & { before: string; limit: number },
) => sql<OwnSessionRow>`
  select id, client_ip, created_at, expires_at, cookie_hash is not null as is_browsers,
    (select max(token.created_at) from auth.refresh_tokens token where token.session = login_sessions.id) as refreshed_at
  from auth.login_sessions
  where user_id = ${user} and merchant = ${merchant} and ended_at is null and expires_at > ${now} and id > ${before}
  order by id
  limit ${limit}`

/** Locks a session of the person's own, alive or ended. False when there is none of theirs. */
export const lockOwnSession = async (
  sql: Sql,
  { id, user, merchant }: { id: string; user: string; merchant: string },
): Promise<boolean> =>
  (
    await sql`
      select id from auth.login_sessions
      where id = ${id} and user_id = ${user} and merchant = ${merchant}
      for update`
  ).length === 1

/** Holds a live session of the person's own still until the end of the database transaction. False when it is over. */
export const lockLiveSession = async (
  sql: Sql,
  { id, user, merchant, now }: { id: string; user: string; merchant: string; now: Date },
): Promise<boolean> =>
  (
    await sql`
      select id from auth.login_sessions
      where id = ${id} and user_id = ${user} and merchant = ${merchant} and ended_at is null and expires_at > ${now}
      for share`
  ).length === 1

/** The session, if it is alive and belongs to this user and merchant; with it whether they are an operator now. */
export const selectLiveSession = async (
  sql: Sql,
  { id, user, merchant, now }: { id: string; user: string; merchant: string; now: Date },
): Promise<{ id: string; operator: boolean } | undefined> =>
  first(
    await sql<{ id: string; operator: boolean }>`
    select session.id, users.operator
    from auth.login_sessions session join auth.users on users.id = session.user_id
    where session.id = ${id} and user_id = ${user} and merchant = ${merchant} and ended_at is null
      and expires_at > ${now} and disabled_at is null`,
  )

/** The session that a cookie holds, if it is alive; with it whether its user is an operator now. */
export const selectLiveSessionOfCookie = async (
  sql: Sql,
  { hash, now }: { hash: Buffer; now: Date },
): Promise<LiveBrowserSession | undefined> =>
  first(
    await sql<LiveBrowserSession>`
    select session.id, session.user_id, session.merchant, session.created_at, session.expires_at, session.in_clear,
           users.operator
    from auth.login_sessions session join auth.users on users.id = session.user_id
    where session.cookie_hash = ${hash} and ended_at is null and expires_at > ${now} and disabled_at is null`,
  )

export const deleteExpiredRefreshTokens = async (sql: Sql, now: Date): Promise<number> =>
  (
    await sql`
      delete from auth.refresh_tokens
      where hash in (select hash from auth.refresh_tokens where expires_at < ${now} limit 1000)
      returning session`
  ).length

/** Their refresh tokens go with them: an unknown token is refused just the same. */
export const deleteFinishedSessions = async (
  sql: Sql,
  { now, endedBefore }: { now: Date; endedBefore: Date },
): Promise<number> =>
  (
    await sql`
      delete from auth.login_sessions
      where id in (
        select id from auth.login_sessions where expires_at < ${now} or ended_at < ${endedBefore} limit 1000
      )
      returning id`
  ).length

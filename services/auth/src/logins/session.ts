import type { Session } from '@micro/contracts'
import { addMs, unixSeconds } from '@micro/kernel'
import { idleMsMax } from './browser-session.ts'

export interface SessionRow {
  id: string
  user_id: string
  merchant: string
  expires_at: Date
  ended_at: Date | null
}

export interface OwnSessionRow {
  id: string
  client_ip: string | null
  created_at: Date
  expires_at: Date
  is_browsers: boolean
  /** When the token that it goes on with was given out; null of a browser's, which has none. */
  refreshed_at: Date | null
}

export interface LiveBrowserSession extends Pick<OwnSessionRow, 'id' | 'created_at' | 'expires_at'> {
  user_id: string
  merchant: string
  operator: boolean
  /** Others could listen when its secret was handed out. */
  in_clear: boolean
}

export interface RefreshTokenRow {
  session: string
  expires_at: Date
  used_at: Date | null
  successor: Buffer | null
  successor_used: boolean
}

export type EndReason = 'logout' | 'revoked' | 'password_changed' | 'refresh_token_reused' | 'user_disabled'

/** Two tabs, or a retry after a lost answer, may present one token twice within this time. */
export const repeatWithinMs = 10_000

/**
 * What to answer to a refresh token.
 * `rotate`: first use, it gets a successor. `repeat`: a second use so soon that both are taken for the same client; it
 * is told the same successor, which nobody has used yet. `reuse`: someone holds a copy; the whole session ends.
 * `refuse`: the session or the token is over, whoever asks.
 */
export const decideRefresh = (
  session: Pick<SessionRow, 'expires_at' | 'ended_at'>,
  token: RefreshTokenRow,
  now: Date,
): 'rotate' | 'repeat' | 'reuse' | 'refuse' => {
  if (session.ended_at !== null || session.expires_at <= now || token.expires_at <= now) return 'refuse'
  if (token.used_at === null) return 'rotate'
  if (addMs(token.used_at, repeatWithinMs) < now || token.successor_used) return 'reuse'
  return 'repeat'
}

/**
 * When a session was last used. Whoever holds tokens gets new ones every few minutes of use; each use of a browser's puts
 * off its end, which tells of the use for as long as there is something to put off.
 */
export const lastUsed = ({
  created_at,
  expires_at,
  is_browsers,
  refreshed_at,
}: Pick<OwnSessionRow, 'created_at' | 'expires_at' | 'is_browsers' | 'refreshed_at'>): Date => {
  const used = is_browsers ? addMs(expires_at, -idleMsMax) : (refreshed_at ?? created_at)
  return used > created_at ? used : created_at
}

/** `current`: the id of the session that asks. */
export const sessionToWire = (row: OwnSessionRow, current: string | undefined): Session => ({
  id: row.id,
  object: 'session',
  current: row.id === current,
  held_by: row.is_browsers ? 'browser' : 'tokens',
  client_ip: row.client_ip,
  created: unixSeconds(row.created_at),
  last_used: unixSeconds(lastUsed(row)),
  expires: unixSeconds(row.expires_at),
})

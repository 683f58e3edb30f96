import type { Tokens } from '@micro/contracts'
import { addMs } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { AuditedCall } from '../audit/audit.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { browserSessionEnd } from './browser-session.ts'
import { browserTokenHash, newBrowserToken } from './browser-token.ts'
import { newRefreshToken, refreshTokenHash } from './refresh-token.ts'
import type { SessionRow } from './session.ts'
import { insertRefreshToken, insertSession } from './session.store.ts'

/** Whose session, and the token that it goes on with. */
export interface OpenedSession {
  readonly session: Pick<SessionRow, 'id' | 'user_id' | 'merchant'>
  readonly refreshToken: string
}

/** Whose session it is, who has proved to be so. `detail` is for the audit log. */
interface SessionOwner {
  readonly user: string
  readonly merchant: string
  readonly detail?: Readonly<Record<string, unknown>>
}

export interface SessionOpener {
  /** When a refresh token that is given out now ends. */
  expiry(now: Date): Date
  /** Opens a session for somebody whose row its caller holds. */
  open(sql: Sql, call: AuditedCall, owner: SessionOwner): Promise<OpenedSession>
  /** As open, for a cookie in place of tokens. */
  openForBrowser(
    sql: Sql,
    call: AuditedCall,
    owner: SessionOwner & { readonly inClear: boolean },
  ): Promise<{ token: string; expiresAt: Date }>
  tokensFor(opened: OpenedSession): Promise<Tokens>
}

/** Every login session begins here. */
export const createSessionOpener = ({
  clock,
  newId,
  config,
  accessTokens,
  audit,
}: Pick<AuthDependencies, 'clock' | 'newId' | 'config' | 'accessTokens' | 'audit'>): SessionOpener => {
  const expiry = (now: Date): Date => addMs(now, config.refreshTokenDays * 24 * 60 * 60 * 1000)

  const begin = async (
    sql: Sql,
    call: AuditedCall,
    { user, merchant, detail }: SessionOwner,
    held: { expires_at: Date; created_at: Date; cookie_hash: Buffer | null; in_clear: boolean },
  ) => {
    const session = {
      id: newId('login_session'),
      user_id: user,
      merchant,
      client_ip: call.clientIp === '' ? null : call.clientIp,
      ...held,
    }
    await insertSession(sql, session)
    await audit(sql, call, {
      action: 'login.succeeded',
      by: { kind: 'user', id: user },
      subject: session.id,
      merchant,
      ...(detail === undefined ? {} : { detail }),
    })
    return session
  }

  return {
    expiry,
    async open(sql, call, owner) {
      const [created_at, refreshToken] = [clock.now(), newRefreshToken()]
      const expires_at = expiry(created_at)
      const session = await begin(sql, call, owner, { created_at, expires_at, cookie_hash: null, in_clear: false })
      await insertRefreshToken(sql, {
        hash: refreshTokenHash(refreshToken),
        session: session.id,
        created_at,
        expires_at,
      })
      return { session, refreshToken }
    },
    async openForBrowser(sql, call, owner) {
      const [created_at, token] = [clock.now(), newBrowserToken()]
      const expiresAt = browserSessionEnd({ createdAt: created_at, now: created_at })
      const cookie_hash = browserTokenHash(token)
      await begin(sql, call, owner, { created_at, expires_at: expiresAt, cookie_hash, in_clear: owner.inClear })
      return { token, expiresAt }
    },
    tokensFor: async ({ session, refreshToken }) => ({
      token: await accessTokens.issue({ user: session.user_id, merchant: session.merchant, session: session.id }),
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: config.accessTokenSeconds,
    }),
  }
}

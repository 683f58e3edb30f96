import type { Tokens } from '@micro/contracts'
import { addMs } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { AuditedCall } from '../audit/audit.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { newRefreshToken, refreshTokenHash } from './refresh-token.ts'
import type { SessionRow } from './session.ts'
import { insertRefreshToken, insertSession } from './session.store.ts'

/** Whose session, and the token that it goes on with. */
export interface OpenedSession {
  readonly session: Pick<SessionRow, 'id' | 'user_id' | 'merchant'>
  readonly refreshToken: string
}

export interface SessionOpener {
  /** When a refresh token that is given out now ends. */
  expiry(now: Date): Date
  /** Opens a session for somebody who has proved who they are, and holds their row. `detail` is for the audit log. */
  open(
    sql: Sql,
    call: AuditedCall,
    owner: { readonly user: string; readonly merchant: string; readonly detail?: Readonly<Record<string, unknown>> },
  ): Promise<OpenedSession>
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
  return {
    expiry,
    async open(sql, call, { user, merchant, detail }) {
      const [now, refreshToken] = [clock.now(), newRefreshToken()]
      const session = {
        id: newId('login_session'),
        user_id: user,
        merchant,
        client_ip: call.clientIp === '' ? null : call.clientIp,
        created_at: now,
        expires_at: expiry(now),
      }
      await insertSession(sql, session)
      await insertRefreshToken(sql, {
        hash: refreshTokenHash(refreshToken),
        session: session.id,
        created_at: now,
        expires_at: session.expires_at,
      })
      await audit(sql, call, {
        action: 'login.succeeded',
        by: { kind: 'user', id: user },
        subject: session.id,
        merchant,
        ...(detail === undefined ? {} : { detail }),
      })
      return { session, refreshToken }
    },
    tokensFor: async ({ session, refreshToken }) => ({
      token: await accessTokens.issue({ user: session.user_id, merchant: session.merchant, session: session.id }),
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: config.accessTokenSeconds,
    }),
  }
}

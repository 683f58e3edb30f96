import type { authApi } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import { everyOf } from '@micro/signing'
import type { AuditedCall } from '../audit/audit.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { lockPassword } from '../users/user.store.ts'
import { createLoginCheck } from './check-login.ts'
import { createSessionOpener } from './open-session.ts'
import { refreshTokenHash, successorOf } from './refresh-token.ts'
import { decideRefresh, type SessionRow } from './session.ts'
import {
  endSession,
  extendSession,
  insertRefreshToken,
  lockSessionOfToken,
  saveRefreshTokenUse,
  selectRefreshToken,
} from './session.store.ts'

type Refreshed =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'reuse'; readonly session: SessionRow }
  | { readonly kind: 'tokens'; readonly session: SessionRow; readonly refreshToken: string }

export const loginHandlers = (
  deps: AuthDependencies,
): Pick<Handlers<typeof authApi>, 'logIn' | 'refreshSession' | 'logOut'> => {
  const { db, bus, clock, log, config, audit } = deps
  const logins = createLoginCheck(deps)
  const { expiry, open, tokensFor } = createSessionOpener(deps)

  const exchange = (token: string, call: AuditedCall): Promise<Refreshed> =>
    db.transaction(async (sql): Promise<Refreshed> => {
      const hash = refreshTokenHash(token)
      const session = await lockSessionOfToken(sql, hash)
      const row = await selectRefreshToken(sql, hash)
      if (session === undefined || row === undefined) return { kind: 'refuse' }
      const now = clock.now()
      const decision = decideRefresh(session, row, now)
      if (decision === 'refuse') return { kind: 'refuse' }
      if (decision === 'reuse') {
        // An outcome, not a fault: the end of the session must be committed.
        await endSession(sql, { id: session.id, now, reason: 'refresh_token_reused' })
        await audit(sql, call, {
          action: 'refresh_token.reused',
          outcome: 'failure',
          subject: session.id,
          merchant: session.merchant,
        })
        return { kind: 'reuse', session }
      }
      if (decision === 'repeat') {
        const refreshToken = everyOf(config.peppers)
          .map((pepper) => successorOf(token, pepper))
          .find((candidate) => row.successor?.equals(refreshTokenHash(candidate)))
        return refreshToken === undefined ? { kind: 'refuse' } : { kind: 'tokens', session, refreshToken }
      }
      const refreshToken = successorOf(token, config.peppers.current)
      const successor = refreshTokenHash(refreshToken)
      await saveRefreshTokenUse(sql, { hash, successor, now })
      await insertRefreshToken(sql, { hash: successor, session: session.id, created_at: now, expires_at: expiry(now) })
      await extendSession(sql, { id: session.id, expiresAt: expiry(now) })
      return { kind: 'tokens', session, refreshToken }
    })

  return {
    async logIn(call) {
      const user = await logins.check(call, call.body)
      const opened = await db.transaction(async (sql) => {
        // A password change, or the end of the user, ends the sessions it finds; this login must not slip in behind it.
        if (!(await lockPassword(sql, { id: user.id, passwordHash: user.password_hash }))) return undefined
        return open(sql, call, { user: user.id, merchant: user.merchant })
      })
      if (opened === undefined) throw await logins.overtaken(call, user)
      return tokensFor(opened)
    },

    async refreshSession(call) {
      const outcome = await exchange(call.body.refresh_token, call)
      if (outcome.kind === 'tokens') return tokensFor(outcome)
      if (outcome.kind === 'reuse') {
        bus.publish('credential.revoked', { session: outcome.session.id })
        log.warn({ session: outcome.session.id, merchant: outcome.session.merchant }, 'refresh_token.reused')
      }
      throw new Fault('refresh_token_invalid')
    },

    async logOut(call) {
      const { session } = call.principal
      assert(session !== undefined, 'a session principal names no session')
      await db.transaction(async (sql) => {
        const ended = await endSession(sql, { id: session, now: clock.now(), reason: 'logout' })
        if (ended) await audit(sql, call, { action: 'session.ended', subject: session, detail: { reason: 'logout' } })
      })
      bus.publish('credential.revoked', { session })
      return { object: 'session', ended: true }
    },
  }
}

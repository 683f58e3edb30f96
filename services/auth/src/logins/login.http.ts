import type { authApi, Tokens } from '@micro/contracts'
import { addMs, assert, Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import { everyOf } from '@micro/signing'
import type { AuditedCall } from '../audit/audit.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { nobodysHash } from '../passwords/hasher.ts'
import { keyedHash } from '../secrets.ts'
import { normalizeEmail, type UserRow } from '../users/user.ts'
import { lockPassword, selectUserByEmail } from '../users/user.store.ts'
import { newRefreshToken, refreshTokenHash, successorOf } from './refresh-token.ts'
import { decideRefresh, type SessionRow } from './session.ts'
import {
  endSession,
  extendSession,
  insertRefreshToken,
  insertSession,
  lockSessionOfToken,
  saveRefreshTokenUse,
  selectRefreshToken,
} from './session.store.ts'

type Refreshed =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'reuse'; readonly session: SessionRow }
  | { readonly kind: 'tokens'; readonly session: SessionRow; readonly refreshToken: string }

export const loginHandlers = ({
  db,
  bus,
  clock,
  newId,
  log,
  config,
  hasher,
  guard,
  accessTokens,
  audit,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'logIn' | 'refreshSession' | 'logOut'> => {
  const expiry = (now: Date): Date => addMs(now, config.refreshTokenDays * 24 * 60 * 60 * 1000)

  const tokensFor = async (
    session: Pick<SessionRow, 'id' | 'user_id' | 'merchant'>,
    refresh_token: string,
  ): Promise<Tokens> => ({
    token: await accessTokens.issue({ user: session.user_id, merchant: session.merchant, session: session.id }),
    refresh_token,
    token_type: 'Bearer',
    expires_in: config.accessTokenSeconds,
  })

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

  const noteFailure = (call: AuditedCall, email: string, user: UserRow | undefined, reason: string): Promise<void> =>
    audit(db.sql, call, {
      action: 'login.failed',
      outcome: 'failure',
      subject: user?.id,
      merchant: user?.merchant,
      // Not in clear: people type passwords into the wrong field, and strangers need not be in the log by name.
      detail: { reason, email_hash: keyedHash(config.peppers.current, 'login_email', email).toString('hex') },
    })

  return {
    async logIn(call) {
      const { body, clientIp } = call
      const email = normalizeEmail(body.email)
      const user = await selectUserByEmail(db.sql, email)
      const right = await guard.attempt({ email, clientIp }, async () => {
        const fits = await hasher.verify(user?.password_hash ?? nobodysHash, body.password)
        return fits && user !== undefined
      })
      if (!right || user === undefined) {
        await noteFailure(call, email, user, 'credentials')
        throw new Fault('login_invalid')
      }
      // Told to those only who know the password.
      if (user.disabled_at !== null) {
        await noteFailure(call, email, user, 'user_disabled')
        throw new Fault('user_disabled')
      }
      const refreshToken = newRefreshToken()
      const now = clock.now()
      const session = {
        id: newId('login_session'),
        user_id: user.id,
        merchant: user.merchant,
        client_ip: clientIp === '' ? null : clientIp,
        created_at: now,
        expires_at: expiry(now),
      }
      const entered = await db.transaction(async (sql) => {
        // A password change, or the end of the user, ends the sessions it finds; this login must not slip in behind it.
        if (!(await lockPassword(sql, { id: user.id, passwordHash: user.password_hash }))) return false
        await insertSession(sql, session)
        await insertRefreshToken(sql, {
          hash: refreshTokenHash(refreshToken),
          session: session.id,
          created_at: now,
          expires_at: session.expires_at,
        })
        await audit(sql, call, {
          action: 'login.succeeded',
          by: { kind: 'user', id: user.id },
          subject: session.id,
          merchant: user.merchant,
        })
        return true
      })
      if (!entered) {
        await noteFailure(call, email, user, 'credentials')
        throw new Fault('login_invalid')
      }
      return tokensFor(session, refreshToken)
    },

    async refreshSession(call) {
      const outcome = await exchange(call.body.refresh_token, call)
      if (outcome.kind === 'tokens') return tokensFor(outcome.session, outcome.refreshToken)
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

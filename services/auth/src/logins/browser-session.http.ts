import type { authApi, ServicePrincipal } from '@micro/contracts'
import { Fault, unixSeconds } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import type { AuditedCall } from '../audit/audit.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { lockPassword } from '../users/user.store.ts'
import { userToWire } from '../users/user.ts'
import { browserSessionMsMax } from './browser-session.ts'
import { browserTokenHash } from './browser-token.ts'
import { createLoginCheck } from './check-login.ts'
import { createSessionOpener } from './open-session.ts'
import { endSession, lockSessionOfCookie } from './session.store.ts'

interface GatewayCall {
  readonly principal: ServicePrincipal
  readonly requestId: string
  readonly body: { readonly client_ip: string }
}

/** As the person at the browser did it, who is nobody until their password was right. @throws Fault permission_denied */
const asBrowser = ({ principal, requestId, body }: GatewayCall): AuditedCall => {
  // The one that sets cookies asks; other services have no business with passwords.
  if (principal.service !== 'gateway') throw new Fault('permission_denied')
  return { principal: undefined, requestId, clientIp: body.client_ip }
}

/** Login sessions that are held by a cookie. All else about them is as of any other. */
export const browserSessionHandlers = (
  deps: AuthDependencies,
): Pick<Handlers<typeof authApi>, 'openBrowserSession' | 'endBrowserSession'> => {
  const { db, bus, clock, audit } = deps
  const logins = createLoginCheck(deps)
  const sessions = createSessionOpener(deps)

  /** Ends what a cookie holds, and tells its id; none of one that is over, or never was. */
  const end = async (sql: Sql, browser: AuditedCall, token: string): Promise<string[]> => {
    const session = await lockSessionOfCookie(sql, browserTokenHash(token))
    if (session === undefined) return []
    const isEnded = await endSession(sql, { id: session.id, now: clock.now(), reason: 'logout' })
    if (!isEnded) return []
    await audit(sql, browser, {
      action: 'session.ended',
      by: { kind: 'user', id: session.user_id },
      merchant: session.merchant,
      subject: session.id,
      detail: { reason: 'logout' },
    })
    return [session.id]
  }

  return {
    async openBrowserSession(call) {
      const browser = asBrowser(call)
      const { held, in_clear: inClear } = call.body
      const user = await logins.check(browser, call.body)
      const opened = await db.transaction(async (sql) => {
        // A password change, or the end of the user, ends the sessions it finds; this one must not slip in behind it.
        if (!(await lockPassword(sql, { id: user.id, passwordHash: user.password_hash }))) return undefined
        const { id, merchant } = user
        // Once the browser has the new cookie, nobody there could end what the one before holds.
        const replaced = held === undefined ? [] : await end(sql, browser, held)
        return { replaced, ...(await sessions.openForBrowser(sql, browser, { user: id, merchant, inClear })) }
      })
      if (opened === undefined) throw await logins.overtaken(browser, user)
      for (const session of opened.replaced) bus.publish('credential.revoked', { session })
      return {
        token: opened.token,
        max_age: browserSessionMsMax / 1000,
        session: {
          object: 'browser_session',
          user: userToWire(user),
          merchant: user.merchant,
          expires: unixSeconds(opened.expiresAt),
        },
      }
    },

    async endBrowserSession(call) {
      const browser = asBrowser(call)
      const ended = await db.transaction(async (sql) => {
        const ids: string[] = []
        // In one order for everyone, so that two who end the same do not wait for each other.
        for (const token of call.body.tokens.toSorted()) ids.push(...(await end(sql, browser, token)))
        return ids
      })
      for (const session of ended) bus.publish('credential.revoked', { session })
      return { ended: ended.length > 0 }
    },
  }
}

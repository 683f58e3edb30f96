import type { authApi } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { endSessionsOf } from '../logins/session.store.ts'
import { deleteWaitingPairings } from '../pairings/pairing.store.ts'
import { userToWire } from '../users/user.ts'
import { savePassword, selectUser } from '../users/user.store.ts'

export const passwordHandlers = ({
  db,
  bus,
  clock,
  log,
  hasher,
  guard,
  audit,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'changePassword'> => ({
  async changePassword(call) {
    const { principal, body, clientIp } = call
    const { merchant, session } = principal
    assert(session !== undefined && principal.user !== undefined, 'a session principal names no session or user')
    const user = await selectUser(db.sql, { id: principal.user, merchant })
    if (user === undefined) throw new Fault('session_invalid')
    // A stolen access token must not become a way to guess the password faster than at the login.
    const right = await guard.attempt({ email: user.email, clientIp }, () =>
      hasher.verify(user.password_hash, body.current_password),
    )
    if (!right) {
      await audit(db.sql, call, { action: 'password.changed', outcome: 'failure', subject: user.id })
      throw new Fault('password_wrong', { param: 'current_password' })
    }
    const to = await hasher.hash(body.new_password)
    const now = clock.now()
    const ended = await db.transaction(async (sql) => {
      // Of two changes at once the second no longer knows the current password.
      if (!(await savePassword(sql, { id: user.id, from: user.password_hash, to, now }))) {
        throw new Fault('password_wrong', { param: 'current_password' })
      }
      await deleteWaitingPairings(sql, user.id)
      const others = await endSessionsOf(sql, { userId: user.id, except: session, now, reason: 'password_changed' })
      const detail = { sessions_ended: others.length }
      await audit(sql, call, { action: 'password.changed', subject: user.id, detail })
      return others
    })
    for (const each of ended) bus.publish('credential.revoked', { session: each })
    log.info({ user: user.id, merchant, sessions_ended: ended.length }, 'password.changed')
    return userToWire(user)
  },
})

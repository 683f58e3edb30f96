import { Fault } from '@micro/kernel'
import type { AuditedCall } from '../audit/audit.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { nobodysHash } from '../passwords/hasher.ts'
import { keyedHash } from '../secrets.ts'
import { selectUserByEmail } from '../users/user.store.ts'
import { normalizeEmail, type UserRow } from '../users/user.ts'

export interface LoginCheck {
  /** Who this email and password belong to. @throws Fault login_invalid, login_throttled, user_disabled */
  check(call: AuditedCall, given: { email: string; password: string }): Promise<UserRow>
  /** The password that was right has changed meanwhile, or its user was disabled. Records that, and is what to throw. */
  overtaken(call: AuditedCall, user: UserRow): Promise<Fault>
}

/** Every way to log in with a password goes through here. */
export const createLoginCheck = ({
  db,
  config,
  hasher,
  guard,
  audit,
}: Pick<AuthDependencies, 'db' | 'config' | 'hasher' | 'guard' | 'audit'>): LoginCheck => {
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
    async check(call, { email: given, password }) {
      const email = normalizeEmail(given)
      const user = await selectUserByEmail(db.sql, email)
      const right = await guard.attempt({ email, clientIp: call.clientIp }, async () => {
        const fits = await hasher.verify(user?.password_hash ?? nobodysHash, password)
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
      return user
    },
    async overtaken(call, user) {
      await noteFailure(call, user.email, user, 'credentials')
      return new Fault('login_invalid')
    },
  }
}

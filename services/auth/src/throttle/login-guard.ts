import { Fault, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Pepper } from '@micro/signing'
import { keyedHash } from '../secrets.ts'
import type { AddressThrottle } from './address-throttle.ts'
import { decideAttempt, type AttemptDecision, type Attempts } from './throttle.ts'
import { deleteAttempts, lockAttempts, restoreAttempts, saveAttempts } from './throttle.store.ts'

/** Stands before every check of a password. */
export interface LoginGuard {
  /**
   * Runs `check` and returns its answer, or refuses to. Known and unknown addresses are treated alike.
   * @throws Fault login_throttled, also when the password would have been right
   */
  attempt(caller: { email: string; clientIp: string }, check: () => Promise<boolean>): Promise<boolean>
}

const throttled = (seconds: number): Fault => new Fault('login_throttled', { seconds, retry_after: seconds })

/** Counts failures per email address in the database and per network address in memory. */
export const createLoginGuard = (deps: {
  db: Database
  clock: Clock
  pepper: Pepper
  addresses: AddressThrottle
}): LoginGuard => {
  const { db, clock, addresses } = deps

  const count = (key: Buffer): Promise<{ before: Attempts; decision: AttemptDecision }> =>
    db.transaction(async (sql) => {
      const now = clock.now()
      const before = await lockAttempts(sql, key, now)
      const decision = decideAttempt(before, now)
      if (decision.kind === 'allowed') await saveAttempts(sql, key, decision.attempts)
      return { before, decision }
    })

  const judge = async (email: string, check: () => Promise<boolean>): Promise<boolean> => {
    const key = keyedHash(deps.pepper, 'login_email', email)
    const { before, decision } = await count(key)
    if (decision.kind === 'locked') throw throttled(decision.seconds)
    try {
      const right = await check()
      if (right) await deleteAttempts(db.sql, key)
      return right
    } catch (error) {
      // Nobody learned anything about the password, so an overload must not lock people out.
      await restoreAttempts(db.sql, key, { before, counted: decision.attempts }).catch(() => {})
      throw error
    }
  }

  return {
    async attempt({ email, clientIp }, check) {
      // Calls between services carry no address.
      const wait = clientIp === '' ? undefined : addresses.enter(clientIp, clock.now())
      if (wait !== undefined) throw throttled(wait)
      let failed = false
      try {
        const right = await judge(email, check)
        failed = !right
        return right
      } finally {
        if (!failed && clientIp !== '') addresses.forgive(clientIp)
      }
    },
  }
}

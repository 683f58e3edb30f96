import type { authApi, ManagedUser } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { only } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { readListPage } from '../list-page.ts'
import { idleMsMax } from '../logins/browser-session.ts'
import { endSessionsOf } from '../logins/session.store.ts'
import { deleteWaitingPairings } from '../pairings/pairing.store.ts'
import { decideUserChange, managedUserToWire } from './operator.ts'
import {
  countOtherOperators,
  lockOperators,
  lockUser,
  saveUserState,
  selectActiveApiKeyIds,
  selectLastSeen,
  selectLiveSessionIds,
  selectUsersAfter,
  selectUsersBefore,
  userExists,
} from './operator.store.ts'
import { requireOperator } from './require-operator.ts'
import type { UserRow } from '../users/user.ts'

export const operatorHandlers = ({
  db,
  bus,
  clock,
  log,
  audit,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'listUsers' | 'updateUser'> => {
  const toWire = async (rows: readonly UserRow[]): Promise<ManagedUser[]> => {
    const seen = await selectLastSeen(db.sql, { users: rows.map(({ id }) => id), now: clock.now(), idleMs: idleMsMax })
    return rows.map((row) => managedUserToWire(row, seen.get(row.id)))
  }

  return {
    async listUsers({ query }) {
      const { rows, hasMore } = await readListPage(query, {
        resource: 'user',
        exists: (id) => userExists(db.sql, id),
        older: (place) => selectUsersAfter(db.sql, place),
        newer: (place) => selectUsersBefore(db.sql, place),
      })
      const data = await toWire(rows)
      return { object: 'list', url: '/auth/operator/users', has_more: hasMore, data }
    },

    async updateUser(call) {
      const { id } = call.params
      const now = clock.now()
      const { user, actions, sessions, keys } = await db.transaction(async (sql) => {
        await lockOperators(sql)
        const actor = await requireOperator(sql, call.principal)
        const current = await lockUser(sql, id)
        if (current === undefined) throw new Fault('resource_missing', { resource: 'user', id, param: 'id' })
        const others = await countOtherOperators(sql, { except: id })
        const { actions: done, ...state } = decideUserChange(current, call.body, { actor, others, now })
        await saveUserState(sql, { id, ...state })
        for (const action of done) await audit(sql, call, { action, subject: id, merchant: current.merchant })
        const after = { user: { ...current, ...state }, actions: done }
        if (state.disabled_at === null) {
          // Sessions that go on are an operator's from now on, or no longer so: caches must learn of it.
          return { ...after, sessions: done.length === 0 ? [] : await selectLiveSessionIds(sql, id), keys: [] }
        }
        await deleteWaitingPairings(sql, id)
        const sessions = await endSessionsOf(sql, { userId: id, except: null, now, reason: 'user_disabled' })
        return { ...after, sessions, keys: await selectActiveApiKeyIds(sql, current.merchant) }
      })
      for (const session of sessions) bus.publish('credential.revoked', { session })
      for (const keyId of keys) bus.publish('credential.revoked', { keyId })
      if (actions.length > 0) log.info({ user: id, actions, by: call.principal.user }, 'user.changed')
      return only(await toWire([user]))
    },
  }
}

import type { authApi } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { readListPage } from '../list-page.ts'
import { deleteWaitingPairings } from '../pairings/pairing.store.ts'
import { lockLoginsOfUser } from '../users/user.store.ts'
import { sessionToWire } from './session.ts'
import {
  endOtherSessions,
  endSession,
  lockOwnSession,
  selectLiveSession,
  selectOwnSessionsAfter,
  selectOwnSessionsBefore,
} from './session.store.ts'

export const sessionHandlers = ({
  db,
  bus,
  clock,
  audit,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'listSessions' | 'revokeSession' | 'revokeOtherSessions'> => ({
  async listSessions({ principal: { user, merchant, session: current }, query }) {
    assert(user !== undefined, 'a session principal names no user')
    const owner = { user, merchant, now: clock.now() }
    const { rows, hasMore } = await readListPage(query, {
      resource: 'session',
      exists: async (id) => (await selectLiveSession(db.sql, { ...owner, id })) !== undefined,
      older: (place) => selectOwnSessionsAfter(db.sql, { ...owner, ...place }),
      newer: (place) => selectOwnSessionsBefore(db.sql, { ...owner, ...place }),
    })
    const data = rows.map((row) => sessionToWire(row, current))
    return { object: 'list', url: '/auth/sessions', has_more: hasMore, data }
  },

  async revokeSession(call) {
    const { id } = call.params
    const { user, merchant } = call.principal
    assert(user !== undefined, 'a session principal names no user')
    await db.transaction(async (sql) => {
      // First of all, as a new password and the end of the user do: else two of them could wait for each other.
      if (!(await lockLoginsOfUser(sql, user))) throw new Fault('session_invalid')
      // Another person's session is as unknown as one that never was.
      if (!(await lockOwnSession(sql, { id, user, merchant })))
        throw new Fault('resource_missing', { resource: 'session', id, param: 'id' })
      const ended = await endSession(sql, { id, now: clock.now(), reason: 'revoked' })
      // Whoever sat in it may have let something in, which is about to come for a session of its own.
      await deleteWaitingPairings(sql, user)
      if (ended) await audit(sql, call, { action: 'session.ended', subject: id, detail: { reason: 'revoked' } })
    })
    bus.publish('credential.revoked', { session: id })
    return { object: 'session', ended: true }
  },

  async revokeOtherSessions(call) {
    const { user, merchant, session } = call.principal
    assert(user !== undefined && session !== undefined, 'a session principal names no session or user')
    const ended = await db.transaction(async (sql) => {
      const own = { user, merchant, now: clock.now() }
      // What was ended itself, of which the gateway may learn seconds later, ends nobody else's.
      const holds =
        (await lockLoginsOfUser(sql, user)) && (await selectLiveSession(sql, { ...own, id: session })) !== undefined
      if (!holds) throw new Fault('session_invalid')
      const ids = await endOtherSessions(sql, { ...own, except: session })
      await deleteWaitingPairings(sql, user)
      for (const id of ids)
        await audit(sql, call, { action: 'session.ended', subject: id, detail: { reason: 'revoked' } })
      return ids
    })
    for (const id of ended) bus.publish('credential.revoked', { session: id })
    return { object: 'ended_sessions', ended: ended.length }
  },
})

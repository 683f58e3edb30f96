import type { authApi } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { readListPage } from '../list-page.ts'
import { sessionToWire } from './session.ts'
import {
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
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'listSessions' | 'revokeSession'> => ({
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
      // Another person's session is as unknown as one that never was.
      if (!(await lockOwnSession(sql, { id, user, merchant })))
        throw new Fault('resource_missing', { resource: 'session', id, param: 'id' })
      const ended = await endSession(sql, { id, now: clock.now(), reason: 'revoked' })
      if (ended) await audit(sql, call, { action: 'session.ended', subject: id, detail: { reason: 'revoked' } })
    })
    bus.publish('credential.revoked', { session: id })
    return { object: 'session', ended: true }
  },
})

import { everyScope, type authApi } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { readListPage } from '../list-page.ts'
import { apiKeyMissing, apiKeyToWire, checkMayBeShown, isApiKeyId, mayManage } from './api-key.ts'
import { publishableKeyMaker } from './publishable-key.http.ts'
import { secretKeyMaker } from './secret-key.work.ts'
import {
  lockApiKey,
  lockKeysOf,
  revokeApiKeyRow,
  revokeSuccessors,
  selectApiKey,
  selectApiKeysAfter,
  selectApiKeysBefore,
} from './api-key.store.ts'

export const apiKeyHandlers = (
  deps: AuthDependencies,
): Pick<Handlers<typeof authApi>, 'createApiKey' | 'listApiKeys' | 'revokeApiKey'> => {
  const { db, bus, clock, log, audit } = deps
  const createPublishableKey = publishableKeyMaker(deps)
  const makeSecretKey = secretKeyMaker(deps)

  return {
    async createApiKey(call) {
      const { user } = call.principal
      assert(user !== undefined, 'a session principal names no user')
      if (call.body.publishable === true) return createPublishableKey(call, user)
      const { environment: mode, name = null, scopes = [everyScope], expires_in: seconds = null } = call.body
      checkMayBeShown({ mode, scopes, publishable_key: null }, call)
      const wanted = { merchant: call.principal.merchant, user, mode, name, scopes, seconds }
      return db.transaction((sql) => makeSecretKey(sql, call, wanted))
    },

    async listApiKeys({ principal: { merchant }, query }) {
      const { rows, hasMore } = await readListPage(query, {
        resource: 'api_key',
        exists: async (id) => isApiKeyId(id) && (await selectApiKey(db.sql, { id, merchant })) !== undefined,
        older: (place) => selectApiKeysAfter(db.sql, { merchant, ...place }),
        newer: (place) => selectApiKeysBefore(db.sql, { merchant, ...place }),
      })
      return { object: 'list', url: '/auth/api_keys', has_more: hasMore, data: rows.map(apiKeyToWire) }
    },

    async revokeApiKey(call) {
      const { principal, params, query } = call
      const { merchant } = principal
      const { id } = params
      if (!isApiKeyId(id)) throw apiKeyMissing(id)
      // A stolen key in its grace is not to end the one that its owner replaced it by.
      const isPerson = principal.kind === 'session'
      if (query.successors !== undefined && !isPerson) throw new Fault('permission_denied')
      const now = clock.now()
      const [revoked, successors] = await db.transaction(async (sql) => {
        const key = await lockApiKey(sql, { id, merchant })
        if (key === undefined) throw apiKeyMissing(id)
        if (!mayManage(principal, key)) throw new Fault('permission_denied')
        if (key.revoked_at === null) await audit(sql, call, { action: 'api_key.revoked', subject: id, mode: key.mode })
        const row = await revokeApiKeyRow(sql, { id, merchant, now })
        if (!isPerson || query.successors === false) return [row, []]
        await lockKeysOf(sql, merchant)
        const ended = await revokeSuccessors(sql, { id, merchant, all: query.successors === true, now })
        for (const subject of ended)
          await audit(sql, call, { action: 'api_key.revoked', subject, mode: key.mode, detail: { successor_of: id } })
        return [row, ended]
      })
      for (const keyId of [id, ...successors]) bus.publish('credential.revoked', { keyId })
      log.info({ api_key_id: id, merchant, by: principal.kind, user: principal.user }, 'api_key.revoked')
      return { ...apiKeyToWire(revoked), ...(successors.length === 0 ? {} : { revoked_successors: successors }) }
    },
  }
}

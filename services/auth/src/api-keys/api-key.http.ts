import { everyScope, type authApi } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import { cutPage, parsePage, type Handlers, type Page } from '@micro/service'
import { newApiKey } from '@micro/signing'
import type { AuthDependencies } from '../dependencies.ts'
import { keyedHash } from '../secrets.ts'
import { apiKeyToWire, asMade, endIn, isApiKeyId, mayManage, typeOf, type ApiKeyRow } from './api-key.ts'
import {
  countWorkingApiKeys,
  insertApiKey,
  revokeApiKeyRow,
  selectApiKey,
  selectApiKeysAfter,
  selectApiKeysBefore,
} from './api-key.store.ts'

/** Keys a merchant may have in one mode, not counting those that were rolled and are in their grace. */
const standingKeysMax = 100n

const missing = (id: string): Fault => new Fault('resource_missing', { resource: 'api_key', id, param: 'id' })

export const apiKeyHandlers = ({
  db,
  bus,
  clock,
  newId,
  log,
  config,
  audit,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'createApiKey' | 'listApiKeys' | 'revokeApiKey'> => {
  /** The merchant's own key: another merchant's id is as unknown as one that never was. */
  const findKey = async (id: string, merchant: string): Promise<ApiKeyRow | undefined> =>
    isApiKeyId(id) ? selectApiKey(db.sql, { id, merchant }) : undefined

  const checkCursor = async ({ cursor }: Page, merchant: string): Promise<void> => {
    if (cursor === undefined || (await findKey(cursor.id, merchant)) !== undefined) return
    throw new Fault('parameter_resource_missing', { resource: 'api_key', id: cursor.id, param: cursor.param })
  }

  return {
    async createApiKey(call) {
      const { principal, body } = call
      assert(principal.user !== undefined, 'a session principal names no user')
      const now = clock.now()
      const scopes = body.scopes ?? [everyScope]
      const key = newApiKey(body.environment, typeOf({ scopes }))
      const pepper = config.peppers.current
      const row = {
        id: newId('api_key'),
        merchant: principal.merchant,
        mode: body.environment,
        name: body.name ?? null,
        scopes,
        last_four: key.slice(-4),
        created_at: now,
        expires_at: body.expires_in === undefined ? null : endIn(now, body.expires_in),
        rolled_from: null,
      }
      const created_by = principal.user
      await db.transaction(async (sql) => {
        // Each key has a rate limit of its own: keys without end would be requests without end.
        if ((await countWorkingApiKeys(sql, { ...row, now })).standing >= standingKeysMax) {
          throw new Fault('api_keys_too_many', { limit: standingKeysMax, mode: row.mode })
        }
        await insertApiKey(sql, { ...row, hash: keyedHash(pepper, 'api_key', key), pepper_id: pepper.id, created_by })
        await audit(sql, call, { action: 'api_key.created', subject: row.id, mode: row.mode })
      })
      log.info({ api_key_id: row.id, merchant: row.merchant, mode: row.mode, user: principal.user }, 'api_key.created')
      return { ...apiKeyToWire(asMade(row)), key }
    },

    async listApiKeys({ principal: { merchant }, query }) {
      const page = parsePage(query)
      await checkCursor(page, merchant)
      const { cursor, direction, fetch: limit } = page
      const found =
        direction === 'newer' && cursor !== undefined
          ? await selectApiKeysBefore(db.sql, { merchant, before: cursor.id, limit })
          : await selectApiKeysAfter(db.sql, { merchant, after: cursor?.id ?? null, limit })
      const { rows, hasMore } = cutPage(found, page)
      return { object: 'list', url: '/auth/api_keys', has_more: hasMore, data: rows.map(apiKeyToWire) }
    },

    async revokeApiKey(call) {
      const { principal, params } = call
      const { merchant } = principal
      const { id } = params
      const key = await findKey(id, merchant)
      if (key === undefined) throw missing(id)
      if (!mayManage(principal, key)) throw new Fault('permission_denied')
      const revoked = await db.transaction(async (sql) => {
        if (key.revoked_at === null) await audit(sql, call, { action: 'api_key.revoked', subject: id, mode: key.mode })
        return revokeApiKeyRow(sql, { id, merchant, now: clock.now() })
      })
      if (revoked === undefined) throw missing(id)
      bus.publish('credential.revoked', { keyId: id })
      log.info({ api_key_id: id, merchant, by: principal.kind, user: principal.user }, 'api_key.revoked')
      return apiKeyToWire(revoked)
    },
  }
}

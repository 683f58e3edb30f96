import type { authApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import { newApiKey } from '@micro/signing'
import type { AuthDependencies } from '../dependencies.ts'
import { keyedHash } from '../secrets.ts'
import { apiKeyMissing, apiKeyToWire, asMade, checkMayBeShown, isApiKeyId, mayManage, roll, typeOf } from './api-key.ts'
import { countWorkingApiKeys, insertApiKey, lockApiKey, retireApiKey } from './api-key.store.ts'

/** Keys of a merchant that may be in their grace at a time in one mode, besides those that stand. */
const retiringKeysMax = 100n

export const rollHandlers = ({
  db,
  bus,
  clock,
  newId,
  log,
  config,
  audit,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'rollApiKey'> => ({
  async rollApiKey(call) {
    const { principal, body } = call
    const { merchant, user } = principal
    const { id } = call.params
    if (!isApiKeyId(id)) throw apiKeyMissing(id)
    const now = clock.now()
    const pepper = config.peppers.current
    const rolled = await db.transaction(async (sql) => {
      const old = await lockApiKey(sql, { id, merchant })
      if (old === undefined) throw apiKeyMissing(id)
      if (!mayManage(principal, old)) throw new Fault('permission_denied')
      checkMayBeShown(old, call)
      const key = newApiKey(old.mode, typeOf(old))
      const given = { id: newId('api_key'), key, now, graceSeconds: body.expires_in ?? 0 }
      const { successor, retires_at } = roll(old, given)
      const { retiring } = await countWorkingApiKeys(sql, { merchant, mode: old.mode, now })
      // The successor takes the place of the old key; what grows in number is keys in their grace.
      if (retires_at > now && retiring >= retiringKeysMax) {
        throw new Fault('api_keys_rolled_too_many', { limit: retiringKeysMax, mode: old.mode })
      }
      const hash = keyedHash(pepper, 'api_key', key)
      await retireApiKey(sql, { id, merchant, rolled_to: successor.id, retires_at })
      await insertApiKey(sql, {
        ...successor,
        hash,
        pepper_id: pepper.id,
        created_by: user ?? old.created_by,
        rolled_by_key: principal.kind !== 'session',
      })
      const detail = { rolled_to: successor.id }
      await audit(sql, call, { action: 'api_key.rolled', subject: id, mode: old.mode, detail })
      return { key, successor, old: { ...old, rolled_to: successor.id, retires_at } }
    })
    const { key, successor, old } = rolled
    bus.publish(old.retires_at > now ? 'credential.changed' : 'credential.revoked', { keyId: id })
    log.info({ api_key_id: id, rolled_to: successor.id, merchant, by: principal.kind, user }, 'api_key.rolled')
    return { ...apiKeyToWire(asMade(successor)), key, rolled_key: apiKeyToWire(old) }
  },
})

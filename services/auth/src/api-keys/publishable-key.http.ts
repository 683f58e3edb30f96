import type { ApiKeyCreated, authApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Call } from '@micro/service'
import type { Static } from 'typebox'
import type { AuthDependencies } from '../dependencies.ts'
import { apiKeyToWire, asMade } from './api-key.ts'
import { insertPublishableKey, selectPublishableKey } from './publishable-key.store.ts'
import { issuePublishableKey } from './publishable-key.work.ts'

type CreateCall = Call<typeof authApi.createApiKey>

/** @throws Fault parameter_invalid for what only other keys have */
const checkBody = ({ scopes, expires_in }: CreateCall['body']): void => {
  const other = scopes !== undefined ? 'scopes' : expires_in !== undefined ? 'expires_in' : undefined
  if (other === undefined) return
  const reason = `a publishable key has no ${other}; leave one of the two out`
  throw new Fault('parameter_invalid', { param: 'publishable', reason })
}

/** Makes a publishable key where none stands: the merchant's first one was made with the merchant, and revoked since. */
export const publishableKeyMaker =
  ({ db, clock, newId, log, config, audit }: AuthDependencies) =>
  async (call: CreateCall, user: string): Promise<Static<typeof ApiKeyCreated>> => {
    const { principal, body } = call
    checkBody(body)
    const { merchant } = principal
    const { environment: mode, name = null } = body
    const made = issuePublishableKey(config.peppers.current, {
      ...{ id: newId('api_key'), merchant, mode, name },
      created_by: user,
      now: clock.now(),
    })
    await db.transaction(async (sql) => {
      if (!(await insertPublishableKey(sql, made))) {
        const id = (await selectPublishableKey(sql, { merchant, mode }))?.id
        throw new Fault('publishable_key_exists', { id, mode })
      }
      await audit(sql, call, { action: 'api_key.created', subject: made.id, mode })
    })
    log.info({ api_key_id: made.id, merchant, mode, user }, 'api_key.created')
    const { hash: _hash, pepper_id: _pepper, created_by: _by, ...row } = made
    return { ...apiKeyToWire(asMade(row)), key: made.publishable_key }
  }

import type { ApiKey, Mode } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { newApiKey } from '@micro/signing'
import type { Actor, AuditedCall } from '../audit/audit.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { keyedHash } from '../secrets.ts'
import { apiKeyToWire, asMade, endIn, typeOf } from './api-key.ts'
import { countWorkingApiKeys, insertApiKey } from './api-key.store.ts'

/** Keys a merchant may have in one mode, not counting those that were rolled and are in their grace. */
const standingKeysMax = 100n

/** A key somebody is to get. */
export interface WantedKey {
  readonly merchant: string
  /** Who it is made by. */
  readonly user: string
  readonly mode: Mode
  readonly name: string | null
  readonly scopes: readonly string[]
  /** How long it works; null for no end. */
  readonly seconds: number | null
  /** Who is said to have made it, where the call does not say. */
  readonly by?: Actor
}

/** Makes a secret or restricted key within a database transaction; its text is in the answer and nowhere else. @throws Fault api_keys_too_many */
export const secretKeyMaker =
  ({ clock, newId, log, config, audit }: AuthDependencies) =>
  async (sql: Sql, call: AuditedCall, wanted: WantedKey): Promise<ApiKey & { key: string }> => {
    const { merchant, user, mode, seconds, by } = wanted
    const now = clock.now()
    const scopes = [...wanted.scopes]
    const key = newApiKey(mode, typeOf({ scopes, publishable_key: null }))
    const pepper = config.peppers.current
    const row = {
      id: newId('api_key'),
      merchant,
      mode,
      name: wanted.name,
      scopes,
      last_four: key.slice(-4),
      created_at: now,
      expires_at: seconds === null ? null : endIn(now, seconds),
      rolled_from: null,
      publishable_key: null,
    }
    // Each key has a rate limit of its own: keys without end would be requests without end.
    if ((await countWorkingApiKeys(sql, { ...row, now })).standing >= standingKeysMax)
      throw new Fault('api_keys_too_many', { limit: standingKeysMax, mode })
    await insertApiKey(sql, { ...row, hash: keyedHash(pepper, 'api_key', key), pepper_id: pepper.id, created_by: user })
    const maker = by === undefined ? {} : { by, merchant }
    await audit(sql, call, { action: 'api_key.created', subject: row.id, mode, ...maker })
    log.info({ api_key_id: row.id, merchant, mode, user }, 'api_key.created')
    return { ...apiKeyToWire(asMade(row)), key }
  }

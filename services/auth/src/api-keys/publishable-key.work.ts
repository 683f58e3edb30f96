import type { Clock, NewId } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Worker } from '@micro/service'
import { newApiKey, type Pepper } from '@micro/signing'
import { keyedHash } from '../secrets.ts'
import { saveApiKeyHashes, type StoredApiKey } from './api-key.store.ts'
import { newPublishableKey, type PublishableKeyGiven } from './publishable-key.ts'
import {
  insertPublishableKey,
  selectMerchantsWithoutPublishableKey,
  selectPublishableKeysUnderOthers,
} from './publishable-key.store.ts'

/** Also later than at the start: while an upgrade is under way, processes of before register merchants without one. */
const everyMs = 10 * 60 * 1000
const batchSize = 200

/** A new publishable key, with the hash by which it is found. */
export const issuePublishableKey = (
  pepper: Pepper,
  { created_by, ...given }: PublishableKeyGiven & { created_by: string },
): StoredApiKey & { readonly publishable_key: string } => {
  const key = newApiKey(given.mode, 'pk')
  return { ...newPublishableKey(given, key), hash: keyedHash(pepper, 'api_key', key), pepper_id: pepper.id, created_by }
}

interface Dependencies {
  readonly db: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly pepper: Pepper
}

/** Makes the publishable keys that are missing, and brings others under the current pepper; true when there may be more. */
export const tendPublishableKeys = async ({ db, clock, newId, pepper }: Dependencies): Promise<boolean> => {
  const without = await selectMerchantsWithoutPublishableKey(db.sql, batchSize)
  for (const { merchant, owner, mode } of without) {
    const given = { id: newId('api_key'), merchant, mode, name: null, created_by: owner, now: clock.now() }
    await insertPublishableKey(db.sql, issuePublishableKey(pepper, given))
  }
  const others = await selectPublishableKeysUnderOthers(db.sql, { pepperId: pepper.id, limit: batchSize })
  const hashed = others.map(({ id, publishable_key }) => ({ id, hash: keyedHash(pepper, 'api_key', publishable_key) }))
  if (hashed.length > 0) await saveApiKeyHashes(db.sql, { hashed, pepperId: pepper.id })
  return without.length >= batchSize || others.length >= batchSize
}

export const createPublishableKeyTender = (deps: Dependencies & { log: Logger }): Worker =>
  createWorker({ name: 'auth.publishable_keys', everyMs, log: deps.log, round: () => tendPublishableKeys(deps) })

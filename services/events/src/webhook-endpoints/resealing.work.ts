import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Worker } from '@micro/service'
import { isSealedUnderCurrent, open, seal, SealError, type EncryptionKey, type Rotating } from '@micro/signing'
import { secretPlace, type EndpointRow } from './webhook-endpoint.ts'
import { saveEndpoint, takeSealedOtherwise } from './webhook-endpoint.store.ts'

const batchSize = 50
const everyMs = 60_000

export interface Resealing {
  /** Seals anew what an earlier encryption key sealed, so that it can be pruned. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

export const createResealing = (deps: {
  db: Database
  encryptionKeys: Rotating<EncryptionKey> | undefined
  log: Logger
}): Resealing => {
  const { db, encryptionKeys: keys, log } = deps
  // What cannot be opened stays as it is: it is passed by, or a batch of such would hold up all that follow.
  let after = ''
  /** null: there is nothing to seal anew. */
  const anew = (endpoint: EndpointRow, which: 'secret' | 'previous_secret'): string | null => {
    const text = endpoint[which]
    if (keys === undefined || text === null) return null
    try {
      if (isSealedUnderCurrent(keys, text)) return null
      return seal(keys, secretPlace(endpoint, which), open(keys, secretPlace(endpoint, which), text))
    } catch (err) {
      if (!(err instanceof SealError)) throw err
      log.error({ err, endpoint: endpoint.id, which }, 'webhook_endpoint.cannot_seal_anew')
      return null
    }
  }
  const round = async (): Promise<boolean> => {
    if (keys === undefined) return false
    const { rows, sealed } = await db.transaction(async (sql) => {
      const rows = await takeSealedOtherwise(sql, { keyId: keys.current.id, after, limit: batchSize })
      let sealed = 0
      for (const row of rows) {
        const [main, previous] = [anew(row, 'secret'), anew(row, 'previous_secret')]
        if (main === null && previous === null) continue
        await saveEndpoint(sql, {
          ...row,
          secret: main ?? row.secret,
          previous_secret: previous ?? row.previous_secret,
        })
        sealed++
      }
      return { rows, sealed }
    })
    if (sealed > 0) log.info({ sealed, key: keys.current.id }, 'webhook_endpoints.sealed_anew')
    const hasMore = rows.length === batchSize
    after = hasMore ? (rows.at(-1)?.id ?? '') : ''
    return hasMore
  }
  return { round, worker: createWorker({ name: 'events.resealing', everyMs, log, round }) }
}

import { assert, type Clock } from '@micro/kernel'
import type { Tenant } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import type { Logger, Traces, Worker } from '@micro/service'
import { open, seal, type SealedPlace } from '@micro/signing'
import { createQueue } from '../background/queue.work.ts'
import type { PaymentsConfig } from '../config.ts'
import { secretPlace } from '../processor-webhooks/webhook.ts'
import { findWebhooksSealedOtherwise, replaceSecret } from '../processor-webhooks/webhook.store.ts'
import { keyPlace } from './configured.ts'
import { findSealedOtherwise, replaceKey } from './configured.store.ts'

const batchSize = 50
const everyMs = 60_000
const backoff = { minMs: 60_000, maxMs: 60 * 60_000 }

export interface Resealing {
  /** Seals anew what an earlier encryption key sealed, so that it can be pruned. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/** A processor's key, or the secret of its webhook. */
interface Sealed extends Tenant {
  readonly id: string
  readonly text: string
  readonly place: SealedPlace
  /** False when another took its place meanwhile. */
  readonly replace: (sealed: string) => Promise<boolean>
}

export const createResealing = (deps: {
  db: Database
  clock: Clock
  config: PaymentsConfig
  log: Logger
  traces: Traces
}): Resealing => {
  const { db, clock, config, log } = deps
  const { encryptionKeys: keys } = config

  const reseal = async ({ id, text, place, replace }: Sealed): Promise<'done'> => {
    assert(keys !== undefined, `${id} is to be sealed anew without an encryption key`)
    if (await replace(seal(keys, place, open(keys, place, text))))
      log.info({ sealed: id, encryption_key: keys.current.id }, 'processor.sealed_anew')
    return 'done'
  }

  const take = async (limit: number): Promise<Sealed[]> => {
    if (keys === undefined) return []
    const asked = { keyId: keys.current.id, now: clock.now(), limit }
    const processors = await findSealedOtherwise(db.sql, asked)
    const webhooks = await findWebhooksSealedOtherwise(db.sql, { ...asked, limit: limit - processors.length })
    return [
      ...processors.map((row) => ({
        id: row.id,
        merchant: row.merchant,
        mode: row.mode,
        text: row.secret_key,
        place: keyPlace(row),
        replace: (sealed: string) => replaceKey(db.sql, row, sealed),
      })),
      ...webhooks.map((row) => ({
        id: `${row.processor}/webhook`,
        merchant: row.merchant,
        mode: row.mode,
        text: row.secret,
        place: secretPlace(row),
        replace: (sealed: string) => replaceSecret(db.sql, row, sealed),
      })),
    ]
  }

  return createQueue(deps, {
    name: 'payments.resealing',
    work: 'processor_key',
    everyMs,
    batchSize,
    backoff,
    leased: false,
    idOf: ({ id }) => id,
    take: ({ limit }) => take(limit),
    one: reseal,
  })
}

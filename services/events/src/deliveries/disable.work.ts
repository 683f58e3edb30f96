import type { Tenant } from '@micro/contracts'
import type { Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Logger } from '@micro/service'
import type { StoreOwnEvent } from '../ingest/own-events.ts'
import { disabled, endpointToWire, type DisabledReason } from '../webhook-endpoints/webhook-endpoint.ts'
import { lockEndpoint, saveEndpoint } from '../webhook-endpoints/webhook-endpoint.store.ts'
import { isBeyondHope } from './schedule.ts'

/** Disables an endpoint that something is wrong with, and tells by an event. */
export type DisableEndpoint = (
  tenant: Tenant,
  id: string,
  reason: Exclude<DisabledReason, 'requested'>,
) => Promise<void>

export const createDisable =
  (deps: { db: Database; clock: Clock; log: Logger; storeOwnEvent: StoreOwnEvent }): DisableEndpoint =>
  async ({ merchant, mode }, id, reason) => {
    const { db, clock, log, storeOwnEvent } = deps
    const announce = await db.transaction(async (sql) => {
      const endpoint = await lockEndpoint(sql, { merchant, mode }, id)
      if (endpoint === undefined || endpoint.status === 'disabled') return undefined
      // Something may have got through since whoever asks for this looked.
      if (reason === 'failing' && !isBeyondHope(endpoint, clock.now())) return undefined
      const saved = disabled(endpoint, reason)
      await saveEndpoint(sql, saved)
      const object = endpointToWire(saved, clock.now())
      return storeOwnEvent(sql, { merchant, mode }, { type: 'webhook_endpoint.disabled', object })
    })
    if (announce === undefined) return
    announce()
    log.warn({ merchant, mode, endpoint: id, reason }, 'webhook_endpoint.disabled')
  }

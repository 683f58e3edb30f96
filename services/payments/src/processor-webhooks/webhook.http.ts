import type { processorWebhooksApi } from '@micro/contracts'
import { assert, Fault, unixSeconds } from '@micro/kernel'
import type { Handlers, SignedBody, AuditWork } from '@micro/service'
import { open, seal, verifySignatureHeader } from '@micro/signing'
import { tenantOf } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { isProcessorId } from '../processors/configured.ts'
import { findProcessor } from '../processors/configured.store.ts'
import type { Inbox } from './inbox.work.ts'
import { insertEvent, isInboxFull } from './inbox.store.ts'
import { readEvent, secretPlace, webhookToWire, type Webhook } from './webhook.ts'
import { deleteWebhook, findWebhook, saveWebhook } from './webhook.store.ts'

type Api = typeof processorWebhooksApi

const missing = (id: string): Fault => new Fault('resource_missing', { resource: 'payment_processor', id, param: 'id' })

/** So much of one processor may wait to be asked about; it keeps the rest, and tells it again. */
export const waitingEventsMax = 10_000

/** What no processor signs with: an endpoint that is not there takes as long to refuse as one that is. */
const nobodysSecret = 'whsec_of_nobody'

export const processorWebhookHandlers = (
  deps: ChargeDependencies & { audit: AuditWork<'payments'> },
  inbox: Inbox,
): Handlers<Api> => {
  const { db, clock, config, log, publicUrl, audit } = deps

  const secretOf = (webhook: Webhook | undefined): string | undefined => {
    const { encryptionKeys: keys } = config
    return webhook === undefined || keys === undefined ? undefined : open(keys, secretPlace(webhook), webhook.secret)
  }

  /** @throws Fault webhook_signature_invalid, the same whatever is wrong */
  const verified = async (processor: string, signed: SignedBody | undefined): Promise<Webhook> => {
    const webhook = isProcessorId(processor) ? await findWebhook(db.sql, processor) : undefined
    const secret = secretOf(webhook)
    const isTrue = verifySignatureHeader({
      header: signed?.signature ?? '',
      payload: signed?.payload ?? '',
      secret: secret ?? nobodysSecret,
      now: unixSeconds(clock.now()),
    })
    if (webhook === undefined || secret === undefined || !isTrue) throw new Fault('webhook_signature_invalid')
    return webhook
  }

  return {
    async setWebhookSecret(call) {
      const tenant = tenantOf(call)
      const { encryptionKeys: keys } = config
      if (keys === undefined) throw new Fault('encryption_not_configured')
      const { id } = call.params
      const processor = isProcessorId(id) ? await findProcessor(db.sql, tenant, id) : undefined
      if (processor === undefined) throw missing(id)
      const place = { ...tenant, processor: id }
      const webhook: Webhook = {
        ...place,
        secret: seal(keys, secretPlace(place), call.body.webhook_secret),
        created_at: clock.now(),
      }
      await db.transaction(async (sql) => {
        await saveWebhook(sql, webhook)
        await audit.note(sql, call, { action: 'processor.webhook_secret_set', subject: id, detail: {} })
      })
      audit.worker.ring()
      log.info({ ...tenant, processor: id, key_id: call.principal.keyId }, 'processor.webhook_secret_set')
      return webhookToWire(webhook, publicUrl())
    },

    async removeWebhookSecret(call) {
      const tenant = tenantOf(call)
      const { id } = call.params
      const processor = isProcessorId(id) ? await findProcessor(db.sql, tenant, id) : undefined
      if (processor === undefined) throw missing(id)
      // Again changes nothing.
      const wasThere = await db.transaction(async (sql) => {
        if (!(await deleteWebhook(sql, tenant, id))) return false
        await audit.note(sql, call, { action: 'processor.webhook_secret_removed', subject: id, detail: {} })
        return true
      })
      if (wasThere) {
        audit.worker.ring()
        log.info({ ...tenant, processor: id, key_id: call.principal.keyId }, 'processor.webhook_secret_removed')
      }
      return { id, object: 'payment_processor_webhook', deleted: true }
    },

    async receiveProcessorEvent({ params, signed }) {
      const webhook = await verified(params.id, signed)
      assert(signed !== undefined, 'nothing was signed')
      const event = readEvent(signed.payload)
      // What is not asked about is received all the same, or it would come again and again.
      if (event === undefined) return { received: true }
      const { processor, merchant, mode } = webhook
      if (await isInboxFull(db.sql, webhook, waitingEventsMax)) {
        log.warn({ merchant, mode, processor, event: event.id }, 'processor_event.inbox_full')
        throw new Fault('processor_events_waiting', { retry_after: 60 })
      }
      await insertEvent(db.sql, { ...event, processor, merchant, mode, received_at: clock.now() })
      inbox.worker.ring()
      return { received: true }
    },
  }
}

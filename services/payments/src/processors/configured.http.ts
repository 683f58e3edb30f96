import { paymentsApi, type processorsApi } from '@micro/contracts'
import { assert, currencies as knownCurrencies, Fault } from '@micro/kernel'
import { type Checks, type Handlers, type AuditWork } from '@micro/service'
import { seal } from '@micro/signing'
import { createChange, tenantOf } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { stripeUrl } from '../config.ts'
import { isProcessorId, keyPlace, processorToWire, type ConfiguredProcessor } from './configured.ts'
import {
  findProcessor,
  insertProcessor,
  listProcessors,
  markRemoved,
  newestPaymentThere,
  processorsMax,
  replaceKey,
} from './configured.store.ts'

type Api = typeof processorsApi

const keyInvalid = (reason: string): Fault => new Fault('parameter_invalid', { param: 'secret_key', reason })

const refusals = {
  refused: 'the processor refuses it',
  not_permitted: 'the processor does not let it read payment intents, which Micro must',
  other_account: 'it is of another account there, which does not know the payments made with the key before',
} as const

const missing = (id: string): Fault => new Fault('resource_missing', { resource: 'payment_processor', id, param: 'id' })

/** @throws Fault live_mode_only, currency_unsupported, parameter_invalid */
export const processorChecks: Checks<Api> = {
  createProcessor({ body, principal }) {
    if (principal.mode !== 'live') throw new Fault('live_mode_only')
    for (const [at, currency] of body.currencies.entries())
      if (!knownCurrencies.has(currency.toLowerCase()))
        throw new Fault('currency_unsupported', { currency: currency.toLowerCase(), param: `currencies[${at}]` })
    const { amount_min: min, amount_max: max } = body
    if (min !== undefined && max !== undefined && min > max)
      throw new Fault('parameter_invalid', { param: 'amount_max', reason: 'it is less than amount_min' })
  },
}

export const processorHandlers = (deps: ChargeDependencies & { audit: AuditWork<'payments'> }): Handlers<Api> => {
  const { db, clock, newId, config, log, audit } = deps
  const change = createChange(deps)

  const requireKey = async (key: { url: string; secretKey: string; payment: string | null }): Promise<void> => {
    // Money of test mode is none: what a test key takes must not be owed to anybody here.
    if (key.url === stripeUrl && !/^(sk|rk)_live_/.test(key.secretKey))
      throw keyInvalid('Stripe moves live money under its live keys alone: sk_live_… or rk_live_…')
    const verdict = (await deps.processors.live?.check(key)) ?? 'unknown'
    if (verdict === 'unknown') return log.warn({ url: key.url }, 'processor.key_not_checked')
    if (verdict !== 'taken') throw keyInvalid(refusals[verdict])
  }

  return {
    async createProcessor(call) {
      const tenant = tenantOf(call)
      const { encryptionKeys: keys } = config
      if (keys === undefined) throw new Fault('encryption_not_configured')
      const { body } = call
      const url = (body.url ?? stripeUrl).replace(/\/+$/, '')
      if (!config.processorUrls.includes(url))
        throw new Fault('parameter_invalid', {
          param: 'url',
          reason: 'the operator allows no processor there (MICRO_PROCESSOR_URLS)',
        })
      await requireKey({ url, secretKey: body.secret_key, payment: null })
      const id = newId('processor')
      const processor: ConfiguredProcessor = {
        ...tenant,
        id,
        kind: body.kind,
        url,
        secret_key: seal(keys, keyPlace({ ...tenant, id }), body.secret_key),
        currencies: [...new Set(body.currencies.map((currency) => currency.toLowerCase()))].toSorted(),
        amount_min: body.amount_min === undefined ? null : BigInt(body.amount_min),
        amount_max: body.amount_max === undefined ? null : BigInt(body.amount_max),
        metadata: body.metadata ?? {},
        priority: body.priority ?? 0,
        created_at: clock.now(),
        removed_at: null,
      }
      const answer = await change(call, paymentsApi.createProcessor, async (sql) => {
        if ((await listProcessors(sql, tenant)).length >= processorsMax)
          throw new Fault('parameter_invalid', { param: 'kind', reason: `there are ${processorsMax} already` })
        await insertProcessor(sql, processor)
        const { kind, currencies, priority } = processor
        const detail = { kind, url, currencies: currencies.slice(0, 20), priority }
        await audit.note(sql, call, { action: 'processor.created', subject: id, detail })
        return { answer: processorToWire(processor), events: [] }
      })
      audit.worker.ring()
      log.info({ ...tenant, processor: id, key_id: call.principal.keyId, url }, 'processor.configured')
      return answer
    },

    async listProcessors(call) {
      const all = await listProcessors(db.sql, tenantOf(call))
      return { object: 'list', url: '/payments/processors', has_more: false, data: all.map(processorToWire) }
    },

    async updateProcessor(call) {
      const tenant = tenantOf(call)
      const { id } = call.params
      const { encryptionKeys: keys } = config
      const processor = isProcessorId(id) ? await findProcessor(db.sql, tenant, id) : undefined
      if (processor === undefined) throw missing(id)
      if (keys === undefined) throw new Fault('encryption_not_configured')
      const secretKey = call.body.secret_key
      // What is under way is looked up with the new key: another account would not know of it, and it would be sent again.
      await requireKey({ url: processor.url, secretKey, payment: await newestPaymentThere(db.sql, processor) })
      const sealed = seal(keys, keyPlace(processor), secretKey)
      const answer = await change(call, paymentsApi.updateProcessor, async (sql) => {
        if (!(await replaceKey(sql, processor, sealed))) throw new Fault('lock_timeout')
        await audit.note(sql, call, { action: 'processor.key_replaced', subject: id, detail: { url: processor.url } })
        return { answer: processorToWire(processor), events: [] }
      })
      audit.worker.ring()
      log.info({ ...tenant, processor: id, key_id: call.principal.keyId }, 'processor.key_replaced')
      return answer
    },

    async removeProcessor(call) {
      const tenant = tenantOf(call)
      const { id } = call.params
      if (!isProcessorId(id)) throw missing(id)
      await db.transaction(async (sql) => {
        const [ended] = await markRemoved(sql, tenant, { id, now: clock.now() })
        if (ended === undefined) return
        const { kind, url } = ended
        await audit.note(sql, call, { action: 'processor.removed', subject: id, detail: { kind, url } })
      })
      audit.worker.ring()
      const removed = await findProcessor(db.sql, tenant, id)
      if (removed === undefined) throw missing(id)
      assert(removed.removed_at !== null, `processor ${id} was removed and is there`)
      log.info({ ...tenant, processor: id, key_id: call.principal.keyId }, 'processor.removed')
      return processorToWire(removed)
    },
  }
}

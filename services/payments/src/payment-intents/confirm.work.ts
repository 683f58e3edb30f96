import { addMs, assert, errorBody, Fault, type Id } from '@micro/kernel'
import type { PaymentError, Surface, Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { appendOutbox, reply, ringOutbox, type EmittedEvent, type IdempotencyClaim, type Reply } from '@micro/service'
import type { Charge } from '../charges/charge.ts'
import { refuseWhileBusy } from '../charges/charge.guard.ts'
import { extendLease, findCharge, findPendingFollower } from '../charges/charge.store.ts'
import type { ChargeDependencies, ChargeWork } from '../charges/charge.work.ts'
import { createChargeWithinWork, type ChargedWithin } from '../charges/charge-within.work.ts'
import { paymentMethodToWire, type PaymentMethod } from '../payment-methods/payment-method.ts'
import { storeNew } from '../payment-methods/payment-method.work.ts'
import { firstFor, type RoutingTerms } from '../processors/routing.ts'
import { defaultTestCard } from '../processors/test-cards.ts'
import { processorFor } from '../processors/processor.ts'
import { agreeOn, challengeIntent, refuseIntent, type ConfirmTerms } from './confirm.ts'
import { methodNamed } from './named-method.ts'
import { nextStatus, type Intent } from './payment-intent.ts'
import { intentMissing } from './payment-intent.ids.ts'
import { lockIntent, saveIntent } from './payment-intent.store.ts'
import { intentToWire } from './payment-intent.wire.ts'
import { chargePoint } from './recovery-point.ts'
import { saveStartedCharge, startedCharge } from './start-charge.ts'

/** One wish to confirm, from the confirm operation or from a create with confirm=true. */
export interface Confirmation {
  readonly tenant: Tenant
  readonly intent: string
  readonly terms: ConfirmTerms
  /** Rather fail than ask the card's holder to act. */
  readonly errorOnRequiresAction: boolean
  readonly surface: Surface
  readonly requestId: string
  readonly claim: IdempotencyClaim | undefined
  readonly answerStatus: 200 | 201
  readonly answerWith?: Charge['answer_with']
}

export interface ConfirmWork {
  /** @throws Fault resource_missing, payment_intent_unexpected_state, lock_timeout, payment_method_missing, processor_not_configured */
  confirm(wish: Confirmation): Promise<Reply>
  /** Goes on with a charge that an earlier holder of the same idempotency key began. */
  resume(tenant: Tenant, chargeId: string, claim: IdempotencyClaim): Promise<Reply>
  /** @throws Fault processor_not_configured */
  requireProcessor(tenant: Tenant): Promise<void>
}

const isKept = ({ setup_future_usage: usage, payment_method_options: options }: Intent): boolean =>
  usage !== null || options?.card?.setup_future_usage !== undefined

const notHandled: PaymentError = {
  type: 'card_error',
  code: 'authentication_required',
  decline_code: 'authentication_not_handled',
  message: new Fault('authentication_required').message,
}

export const createConfirmWork = (deps: ChargeDependencies, charges: ChargeWork): ConfirmWork => {
  const { db, clock, newId, config } = deps
  const append = appendOutbox(deps)
  const within = createChargeWithinWork(deps)

  const configured = async (tenant: Tenant): Promise<readonly RoutingTerms[]> =>
    tenant.mode === 'test' ? [] : ((await deps.processors.live?.list(tenant)) ?? [])

  const requireProcessor = async (tenant: Tenant): Promise<void> => {
    if (tenant.mode === 'live' && (await configured(tenant)).length === 0) throw new Fault('processor_not_configured')
  }

  /** Ends without a charge: what is told is final, and stored under the key with what it tells of. */
  const endWith = async (
    sql: Sql,
    { tenant, requestId, claim }: Confirmation,
    told: { intent: Intent; events: readonly EmittedEvent[]; status: number; body: object },
  ): Promise<Reply> => {
    await Promise.all([
      saveIntent(sql, told.intent),
      append(sql, { ...tenant, requestId, idempotencyKey: claim?.key ?? null }, told.events),
      claim?.complete(sql, told.status, told.body),
    ])
    return reply(told.status, told.body)
  }

  const refuse = (sql: Sql, wish: Confirmation, agreed: Intent, method: PaymentMethod): Promise<Reply> => {
    const payment_method = paymentMethodToWire(method)
    const intent = refuseIntent(agreed, { ...notHandled, payment_method })
    const fault = new Fault('authentication_required', {
      decline_code: notHandled.decline_code,
      payment_method,
      payment_intent: intentToWire(intent),
    })
    const events: EmittedEvent[] = [{ type: 'payment_intent.payment_failed', object: intentToWire(intent) }]
    return endWith(sql, wish, { intent, events, status: fault.spec.status, body: errorBody(fault) })
  }

  const challenge = (sql: Sql, wish: Confirmation, agreed: Intent): Promise<Reply> => {
    const authentication = newId('authentication')
    const url = `${deps.publicUrl()}/payments/authenticate/${authentication}`
    const intent = challengeIntent(agreed, { authentication, url })
    const body = intentToWire(intent)
    const events: EmittedEvent[] = [{ type: 'payment_intent.requires_action', object: body }]
    return endWith(sql, wish, { intent, events, status: wish.answerStatus, body })
  }

  type Begun = { readonly charge: Charge } | { readonly charged: ChargedWithin } | { readonly told: Reply }

  /** Agrees on the terms, and then begins a charge, or ends one at once, or with what its holder has to do first. */
  const begin = async (wish: Confirmation, chargeId: Id<'charge'>): Promise<Begun> => {
    const merchantNow = await deps.merchantTime.now(wish.tenant)
    const processors = await configured(wish.tenant)
    return db.transaction(async (sql) => {
      const { tenant, claim, terms } = wish
      const current = await lockIntent(sql, tenant, wish.intent)
      if (current === undefined) throw intentMissing(wish.intent)
      await refuseWhileBusy(sql, current, clock.now())
      const fallback = wish.surface === 'original' && tenant.mode === 'test' ? defaultTestCard : undefined
      nextStatus(current, 'confirm')
      const payment = { ...current, metadata: current.metadata ?? {} }
      const routedTo = tenant.mode === 'test' ? null : firstFor(processors, payment)
      const named = await methodNamed(sql, deps.paymentMethods, tenant, {
        id: terms.paymentMethod ?? current.payment_method ?? fallback,
        data: terms.methodData,
        customer: current.customer,
      })
      const processor = processorFor(deps.processors, tenant)
      const agreed = agreeOn(current, { ...terms, paymentMethod: named?.method.id })
      assert(named !== undefined, `${current.id} was agreed on without a payment method`)
      assert(processor !== undefined, `${current.id} was routed and has no processor`)
      const { method } = named
      if (routedTo !== null && isKept(agreed)) throw new Fault('live_method_not_kept', { param: 'setup_future_usage' })
      const challenged =
        !agreed.authenticated &&
        processor.challenges({
          paymentMethod: method.processor_method,
          offSession: agreed.off_session,
          requested: agreed.payment_method_options?.card?.request_three_d_secure ?? null,
        })
      const { chargeWithin: ask } = processor
      if (challenged || ask === undefined) storeNew(sql, named)
      if (challenged)
        return { told: await (wish.errorOnRequiresAction ? refuse : challenge)(sql, wish, agreed, method) }
      const started = startedCharge(agreed, {
        id: chargeId,
        method,
        processor: routedTo,
        request_id: wish.requestId,
        idempotency_key: claim?.key ?? null,
        answer_status: wish.answerStatus,
        answer_with: wish.answerWith ?? 'payment_intent',
        now: clock.now(),
        merchantNow,
        leaseMs: config.chargeLeaseMs,
      })
      if (ask !== undefined) {
        const { isNew } = named
        return { charged: await within.charge(sql, started, { ask, merchantNow, claim, isNew }) }
      }
      const [charge] = await Promise.all([saveStartedCharge(sql, started), claim?.reach(sql, chargePoint(chargeId))])
      return { charge }
    })
  }

  /** Writes a result down, or says what is known without one: that the intent is processing. */
  const finish = async (
    charge: Charge,
    outcome: Awaited<ReturnType<ChargeWork['send']>>,
    claim: IdempotencyClaim | undefined,
  ): Promise<Reply> => {
    const {
      answer,
      mine,
      intent,
      charge: charged,
    } = await (outcome === undefined ? charges.look(charge) : charges.settle(charge, outcome))
    // The completer was faster, and has stored the answer under the key: asking again replays exactly that.
    if (!mine && charge.idempotency_key !== null)
      throw new Fault('idempotency_key_in_use', { key: charge.idempotency_key })
    if (!mine) {
      // Somebody else settled it, and may have asked another processor for this same request.
      const { latest_charge: latest } = intent
      const following = latest === charge.id || latest === null ? undefined : await findCharge(db.sql, charge, latest)
      if (following?.request_id === charge.request_id) return finish(following, undefined, claim)
    }
    if (outcome !== undefined && charged.status !== 'pending') claim?.stored()
    return reply(answer.status, answer.body)
  }

  return {
    requireProcessor,
    async confirm(wish) {
      if (wish.terms.paymentMethod !== undefined) await deps.paymentMethods.adopt(wish.tenant, wish.terms.paymentMethod)
      const begun = await begin(wish, newId('charge'))
      if ('charge' in begun) return finish(begun.charge, await charges.send(begun.charge), wish.claim)
      if ('charged' in begun) {
        await within.follow(begun.charged)
        return reply(begun.charged.answer.status, begun.charged.answer.body)
      }
      ringOutbox(deps.bus, 'payments')
      return begun.told
    },
    async resume(tenant, chargeId, claim) {
      await extendLease(db.sql, tenant, chargeId, addMs(clock.now(), config.chargeLeaseMs))
      const begun = await findCharge(db.sql, tenant, chargeId)
      const charge = begun?.status === 'failed' ? await findPendingFollower(db.sql, begun) : begun
      if (charge?.status !== 'pending') throw new Fault('idempotency_key_in_use', { key: claim.key })
      return finish(charge, await charges.resolve(charge), claim)
    },
  }
}

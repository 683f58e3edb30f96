import type { RefundReason, Tenant } from '@micro/contracts'
import { addMs, assert, Fault, type Id } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { reply, type IdempotencyClaim, type Reply } from '@micro/service'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { findDisputeTaking } from '../disputes/dispute.store.ts'
import { isIntentId } from '../payment-intents/payment-intent.ids.ts'
import { lockIntent } from '../payment-intents/payment-intent.store.ts'
import { processorFor } from '../processors/processor.ts'
import { amountToRefund } from './refundable.ts'
import { isUnsent } from './refund.settlement.ts'
import { extendRefundLease, findRefund, findRefundable, insertRefund } from './refund.store.ts'
import { pendingRefund, refundToWire, type Refund } from './refund.ts'
import type { RefundWork } from './refund.work.ts'

/** One wish to refund: of a charge, or of what paid an intent. */
export interface RefundWish {
  readonly tenant: Tenant
  readonly charge: string | undefined
  readonly intent: string | undefined
  readonly amount: bigint | undefined
  readonly reason: RefundReason | undefined
  readonly metadata: Record<string, string>
  readonly requestId: string
  readonly claim: IdempotencyClaim | undefined
  readonly answerStatus: 200 | 201
}

export const refundPoint = (id: string): string => `refund:${id}`
/** The refund that an earlier holder of an idempotency key began. */
export const refundOfPoint = (point: string | null | undefined): string | undefined =>
  /^refund:(.+)$/.exec(point ?? '')?.[1]

const unknownId = (param: 'charge' | 'payment_intent', id: string): Fault =>
  new Fault('parameter_resource_missing', { resource: param, id, param })

export interface CreateRefundWork {
  /** @throws Fault, those that `createRefund` declares */
  create(wish: RefundWish): Promise<Reply>
  /** Goes on with a refund that an earlier holder of the same idempotency key began. */
  resume(tenant: Tenant, refundId: string, claim: IdempotencyClaim): Promise<Reply>
}

export const createCreateRefundWork = (deps: ChargeDependencies, refunds: RefundWork): CreateRefundWork => {
  const { db, clock, config, newId } = deps

  /** Locks the intent and finds the charge that is meant. */
  const lockCharge = async (sql: Sql, { tenant, charge: id, intent: intentId }: RefundWish) => {
    if (id !== undefined) {
      const known = await findRefundable(sql, tenant, id)
      if (known === undefined) throw unknownId('charge', id)
      const [, charge] = await Promise.all([
        lockIntent(sql, tenant, known.payment_intent),
        findRefundable(sql, tenant, id),
      ])
      assert(charge !== undefined, `charge ${id} is gone`)
      return charge
    }
    assert(intentId !== undefined, 'a refund names neither charge nor payment intent')
    const intent = isIntentId(intentId) ? await lockIntent(sql, tenant, intentId) : undefined
    if (intent === undefined) throw unknownId('payment_intent', intentId)
    const charge = intent.latest_charge === null ? undefined : await findRefundable(sql, tenant, intent.latest_charge)
    if (charge?.status !== 'succeeded')
      throw new Fault('charge_not_refundable', { object: `This PaymentIntent (${intent.id})` })
    return charge
  }

  const begin = async (wish: RefundWish, id: Id<'refund'>): Promise<Refund> => {
    const merchantNow = await deps.merchantTime.now(wish.tenant)
    return db.transaction(async (sql) => {
      const charge = await lockCharge(sql, wish)
      const dispute = await findDisputeTaking(sql, wish.tenant, charge.id)
      const amount = amountToRefund(charge, { asked: wish.amount, dispute })
      if (processorFor(deps.processors, wish.tenant) === undefined) throw new Fault('processor_not_configured')
      const now = clock.now()
      const refund = pendingRefund(charge, {
        id,
        amount,
        reason: wish.reason ?? null,
        metadata: wish.metadata,
        request_id: wish.requestId,
        idempotency_key: wish.claim?.key ?? null,
        answer_status: wish.answerStatus,
        created_at: merchantNow,
        leased_until: addMs(now, config.chargeLeaseMs),
      })
      // Sent together, run in order.
      await Promise.all([insertRefund(sql, refund), wish.claim?.reach(sql, refundPoint(id))])
      return refund
    })
  }

  /** Writes a result down, or says what is known without one: that the refund is pending. */
  const finish = async (
    begun: Refund,
    outcome: Awaited<ReturnType<RefundWork['send']>>,
    claim: IdempotencyClaim | undefined,
  ): Promise<Reply> => {
    const look = async () => {
      const refund = await findRefund(db.sql, begun, begun.id)
      assert(refund !== undefined, `refund ${begun.id} is gone`)
      return { refund, mine: isUnsent(refund) }
    }
    const { refund, mine } = outcome === undefined ? await look() : await refunds.settle(begun, outcome)
    // The completer was faster, and has stored the answer under the key: asking again replays exactly that.
    if (!mine && begun.idempotency_key !== null)
      throw new Fault('idempotency_key_in_use', { key: begun.idempotency_key })
    if (outcome !== undefined) claim?.stored()
    return reply(refund.answer_status, refundToWire(refund))
  }

  return {
    async create(wish) {
      const refund = await begin(wish, newId('refund'))
      return finish(refund, await refunds.send(refund), wish.claim)
    },
    async resume(tenant, refundId, claim) {
      await extendRefundLease(db.sql, tenant, refundId, addMs(clock.now(), config.chargeLeaseMs))
      const refund = await findRefund(db.sql, tenant, refundId)
      if (refund === undefined || !isUnsent(refund)) throw new Fault('idempotency_key_in_use', { key: claim.key })
      return finish(refund, await refunds.resolve(refund), claim)
    },
  }
}

import { refundsApi, successStatus, type Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { appendOutbox, mergeMetadata, ringOutbox, type Call, type Handlers } from '@micro/service'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { lockIntent } from '../payment-intents/payment-intent.store.ts'
import { refundOfPoint, type CreateRefundWork } from './create-refund.work.ts'
import { isRefundId, refundMissing } from './refund.ids.ts'
import { refundUpdated } from './refund.settlement.ts'
import { listRefunds } from './refund.list.ts'
import { findRefund, findRefundable, saveRefundMetadata } from './refund.store.ts'
import { checkCancelable, refundToWire, type Refund } from './refund.ts'
import type { RefundWork } from './refund.work.ts'

type Api = typeof refundsApi

const tenantOf = ({ principal: { merchant, mode } }: { principal: Tenant }): Tenant => ({ merchant, mode })

/** Noted under the key before the processor is asked. */
const cancelPoint = 'cancel'

export const refundHandlers = (
  deps: ChargeDependencies,
  creation: CreateRefundWork,
  refunds: RefundWork,
): Handlers<Api> => {
  const { db } = deps
  const append = appendOutbox(deps)

  /** @throws Fault resource_missing */
  const find = async (tenant: Tenant, id: string): Promise<Refund> => {
    const refund = isRefundId(id) ? await findRefund(db.sql, tenant, id) : undefined
    if (refund === undefined) throw refundMissing(id)
    return refund
  }

  const originOf = (call: Call<Api['updateRefund']> | Call<Api['cancelRefund']>) => ({
    ...tenantOf(call),
    requestId: call.requestId,
    idempotencyKey: call.idempotency?.key ?? null,
  })

  return {
    async createRefund(call) {
      const { body, idempotency } = call
      const begun = refundOfPoint(idempotency?.recoveryPoint)
      if (begun !== undefined && idempotency !== undefined) return creation.resume(tenantOf(call), begun, idempotency)
      return creation.create({
        tenant: tenantOf(call),
        charge: body.charge,
        intent: body.payment_intent,
        amount: body.amount === undefined ? undefined : BigInt(body.amount),
        reason: body.reason,
        metadata: mergeMetadata({}, body.metadata),
        requestId: call.requestId,
        claim: idempotency,
        answerStatus: successStatus(refundsApi.createRefund, call.surface),
      })
    },

    async retrieveRefund(call) {
      return refundToWire(await find(tenantOf(call), call.params.id))
    },

    listRefunds(call) {
      const { charge = null, payment_intent: intent = null } = call.query
      const { path, alias } = refundsApi.listRefunds
      return listRefunds(db.sql, tenantOf(call), {
        query: call.query,
        filter: { charge, intent },
        url: call.surface === 'stripe' ? path : alias,
      })
    },

    async listChargeRefunds(call) {
      const { id } = call.params
      if ((await findRefundable(db.sql, tenantOf(call), id)) === undefined)
        throw new Fault('resource_missing', { resource: 'charge', id, param: 'id' })
      return listRefunds(db.sql, tenantOf(call), {
        query: call.query,
        filter: { charge: id, intent: null },
        url: refundsApi.listChargeRefunds.path.replace(':id', () => id),
      })
    },

    async updateRefund(call) {
      const { body, params, idempotency } = call
      const known = await find(tenantOf(call), params.id)
      const updated = await db.transaction(async (sql) => {
        // Sent together, run in order: the refund is read under the lock.
        const [, current] = await Promise.all([
          lockIntent(sql, known, known.payment_intent),
          findRefund(sql, known, known.id),
        ])
        if (current === undefined) throw refundMissing(params.id)
        const refund = { ...current, metadata: mergeMetadata(current.metadata, body.metadata) }
        const object = refundToWire(refund)
        await Promise.all([
          saveRefundMetadata(sql, refund),
          body.metadata !== undefined && append(sql, originOf(call), refundUpdated(current, refund)),
          idempotency?.complete(sql, successStatus(refundsApi.updateRefund, call.surface), object),
        ])
        return object
      })
      ringOutbox(deps.bus, 'payments')
      return updated
    },

    async cancelRefund(call) {
      const refund = await find(tenantOf(call), call.params.id)
      // An earlier holder of the key may have canceled it, and died before it could say so.
      if (refund.status === 'canceled' && call.idempotency?.recoveryPoint === cancelPoint) return refundToWire(refund)
      checkCancelable(refund)
      await call.idempotency?.reach(db.sql, cancelPoint)
      const outcome = await refunds.cancel(refund)
      if (outcome === undefined) throw new Fault('upstream_timeout', { service: 'payment processor' })
      const settled = await refunds.settle(refund, outcome, {
        ...originOf(call),
        save: (sql, canceled) =>
          canceled.status === 'canceled'
            ? call.idempotency?.complete(
                sql,
                successStatus(refundsApi.cancelRefund, call.surface),
                refundToWire(canceled),
              )
            : undefined,
      })
      // It ended otherwise before it could be stopped.
      if (settled.refund.status !== 'canceled') checkCancelable(settled.refund)
      return refundToWire(settled.refund)
    },
  }
}

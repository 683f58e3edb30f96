import { addMs, assert, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { RefundOutcome, RefundProcessor, RefundRequest } from './refunding.ts'
import { insertReport, withdrawReports } from './simulator-reports.store.ts'
import {
  cancelSimulatedRefund,
  findRefundableCharge,
  findSimulatedRefund,
  insertSimulatedRefund,
  lockSimulatedRefund,
  type SimulatedRefund,
} from './simulator-refunds.store.ts'
import { behaviourOf } from './test-behaviours.ts'

/** How long after it was sent a refund ends that does not end at once, in ms: long enough to cancel it by hand. */
export const refundEndsAfterMs = 5_000

/** How a new refund goes at once, and what comes of it later. */
const plan = (
  processorId: string,
  charge: { payment_method: string; disputed: boolean },
): { outcome: RefundOutcome; later: RefundOutcome | null } => {
  if (charge.disputed)
    return { outcome: { kind: 'failed', processorId, reason: 'charge_for_pending_refund_disputed' }, later: null }
  const { refund } = behaviourOf(charge.payment_method)
  if (refund === 'pending')
    return { outcome: { kind: 'pending', processorId }, later: { kind: 'succeeded', processorId } }
  if (refund === 'fails')
    return {
      outcome: { kind: 'succeeded', processorId },
      later: { kind: 'failed', processorId, reason: 'expired_or_canceled_card' },
    }
  return { outcome: { kind: 'succeeded', processorId }, later: null }
}

const outcomeAt = (refund: SimulatedRefund, now: Date): RefundOutcome => {
  if (refund.canceled_at !== null) return { kind: 'canceled', processorId: refund.processor_id }
  return refund.later !== null && refund.later_at !== null && refund.later_at <= now ? refund.later : refund.outcome
}

/** The simulator's refunds: in its own book and commits, as its charges. */
export const simulatedRefunds = ({ db, clock }: { db: Database; clock: Clock }): RefundProcessor => {
  const send = async (request: RefundRequest): Promise<RefundOutcome> => {
    await db.transaction(async (sql) => {
      const charge = await findRefundableCharge(sql, request.charge)
      assert(charge !== undefined, `the simulator was asked to refund a charge it does not have, ${request.charge}`)
      const now = clock.now()
      const planned = plan(`sim_${request.id}`, charge)
      const later_at = planned.later === null ? null : addMs(now, refundEndsAfterMs)
      const isNew = await insertSimulatedRefund(sql, request, {
        processor_id: `sim_${request.id}`,
        ...planned,
        later_at,
        now,
      })
      if (isNew && later_at !== null)
        await insertReport(sql, {
          subject: request.id,
          report: { kind: 'refund', refund: request.id, outcome: planned.later },
          dueAt: later_at,
        })
    })
    const refund = await findSimulatedRefund(db.sql, request.id)
    assert(refund !== undefined, `the simulator lost refund ${request.id}`)
    assert(refund.amount === request.amount, `refund ${request.id} came again with another amount`)
    assert(refund.charge === request.charge, `refund ${request.id} came again for another charge`)
    return outcomeAt(refund, clock.now())
  }

  return {
    send,
    async find(refundId) {
      const refund = await findSimulatedRefund(db.sql, refundId)
      return refund === undefined ? undefined : outcomeAt(refund, clock.now())
    },
    cancel: (refundId) =>
      db.transaction(async (sql) => {
        const refund = await lockSimulatedRefund(sql, refundId)
        assert(refund !== undefined, `the simulator was asked to cancel a refund it does not have, ${refundId}`)
        const now = clock.now()
        const outcome = outcomeAt(refund, now)
        if (outcome.kind !== 'pending') return outcome
        await cancelSimulatedRefund(sql, refundId, now)
        await withdrawReports(sql, refundId, now)
        return { kind: 'canceled', processorId: refund.processor_id }
      }),
  }
}

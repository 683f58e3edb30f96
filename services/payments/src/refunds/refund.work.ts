import { addMs, assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { appendOutbox, ringOutbox, saveResponse, within } from '@micro/service'
import { findCharge } from '../charges/charge.store.ts'
import { chargeToWire } from '../charges/charge.wire.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { recordMovement } from '../movements/movement.store.ts'
import type { Movement } from '../movements/movement.ts'
import { lockIntent } from '../payment-intents/payment-intent.store.ts'
import { processorFor } from '../processors/processor.ts'
import type { RefundOutcome, RefundProcessor } from '../processors/refunding.ts'
import { PaymentDiffers } from '../processors/same-payment.ts'
import { isUnsent, settleRefund } from './refund.settlement.ts'
import { findRefund, saveRefund } from './refund.store.ts'
import { refundToWire, type Refund } from './refund.ts'

/** How long after it was last heard of a pending refund is looked up, in ms: processors report, but reports get lost. */
export const lookUpAfterMs = 5 * 60_000

/** A settled refund; `mine` when this call changed it and no other did before. */
export interface SettledRefund {
  readonly refund: Refund
  readonly mine: boolean
}

/** Who asked for what is settled, if it is another than who asked for the refund. */
export interface Settling {
  readonly requestId: string
  readonly idempotencyKey: string | null
  /** What else is to be written in the same database transaction. */
  readonly save?: (sql: Sql, refund: Refund) => Promise<void> | undefined
}

/** The remote and the database work of refunds, the same whether the caller, a retry, the completer or a report does it. */
export interface RefundWork {
  /** Sends a new refund. Undefined when its result could not be learnt: then it stays pending for the completer. */
  send(refund: Refund): Promise<RefundOutcome | undefined>
  /** Learns the result of a refund that may or may not have been sent. Undefined as above; `findMs` as for charges. */
  resolve(refund: Refund, findMs?: number): Promise<RefundOutcome | undefined>
  /** Cancels a pending refund at the processor. Undefined when it is not known whether it could be. */
  cancel(refund: Refund): Promise<RefundOutcome | undefined>
  /** Writes a result down, once, with its movement and events, and a first one under its caller's key; then posts it. */
  settle(refund: Refund, outcome: RefundOutcome, by?: Settling): Promise<SettledRefund>
}

export const createRefundWork = (deps: ChargeDependencies): RefundWork => {
  const { db, clock, config, log, movements, newId } = deps
  const append = appendOutbox(deps)

  const processorOf = (refund: Refund): RefundProcessor => {
    const processor = processorFor(deps.processors, refund)
    assert(processor !== undefined, `refund ${refund.id} was begun without a processor for its mode`)
    return processor.refunds
  }
  const sendWithin = (ms: number, refund: Refund): Promise<RefundOutcome> => {
    const { id, charge, amount, currency } = refund
    return within(ms, (signal) => processorOf(refund).send({ id, charge, amount, currency }, signal))
  }
  const unknown =
    (refund: Refund, step: 'send' | 'find' | 'resend' | 'cancel') =>
    (error: unknown): undefined => {
      if (error instanceof PaymentDiffers)
        log.error({ err: error, refund: refund.id, step }, 'processor.refund_differs')
      else log.warn({ err: error, refund: refund.id, step }, 'refund.result_unknown')
      return undefined
    }

  // Never re-sent blindly: only what the processor certainly does not have is sent again, under the same id.
  const lookUp = async (
    refund: Refund,
    { findMs, resendMs }: { findMs: number; resendMs: number },
  ): Promise<RefundOutcome | undefined> => {
    try {
      const found = await within(findMs, (signal) => processorOf(refund).find(refund.id, signal))
      if (found !== undefined) return found
      assert(refund.processor_id === null, `the processor lost refund ${refund.id}`)
    } catch (error) {
      return unknown(refund, 'find')(error)
    }
    return sendWithin(resendMs, refund).catch(unknown(refund, 'resend'))
  }

  const settleInTransaction = (
    known: Refund,
    outcome: RefundOutcome,
    { by, merchantNow }: { by: Settling | undefined; merchantNow: Date },
  ) =>
    db.transaction(async (sql): Promise<SettledRefund & { moved: readonly Movement[] }> => {
      // Sent together, run in order: the refund is read under the lock.
      const [intent, before] = await Promise.all([
        lockIntent(sql, known, known.payment_intent),
        findRefund(sql, known, known.id),
      ])
      assert(intent !== undefined && before !== undefined, `refund ${known.id} or its intent is gone`)
      const now = clock.now()
      const origin = by ?? { requestId: before.request_id, idempotencyKey: before.idempotency_key }
      const settled = settleRefund(before, outcome, {
        ids: { taken: newId('balance_transaction'), givenBack: newId('balance_transaction') },
        requestId: origin.requestId,
        now,
        merchantNow,
        postingLeaseMs: config.chargeLeaseMs,
        nextLookUp: addMs(now, lookUpAfterMs),
      })
      if (settled === undefined) return { refund: before, mine: false, moved: [] }

      const { refund } = settled
      // The charge is read after the refund is saved, which changes what is refunded of it.
      const [, charge] = await Promise.all([saveRefund(sql, refund), findCharge(sql, refund, refund.charge)])
      assert(charge !== undefined, `charge ${refund.charge} is gone`)
      const key = isUnsent(before) ? before.idempotency_key : null
      await Promise.all([
        append(
          sql,
          { ...origin, merchant: refund.merchant, mode: refund.mode },
          settled.eventsOn(chargeToWire(charge, intent)),
        ),
        key !== null &&
          saveResponse(
            sql,
            { merchant: refund.merchant, mode: refund.mode, key },
            { status: refund.answer_status, body: JSON.stringify(refundToWire(refund)) },
          ),
        by?.save?.(sql, refund),
        // Last: what takes from the balance locks it.
        ...settled.movements.map((movement) => recordMovement(sql, movement)),
      ])
      return { refund, mine: true, moved: settled.movements }
    })

  return {
    async send(refund) {
      try {
        return await sendWithin(config.processorTimeoutMs, refund)
      } catch (error) {
        unknown(refund, 'send')(error)
        return lookUp(refund, { findMs: config.lookupTimeoutMs, resendMs: config.lookupTimeoutMs })
      }
    },
    resolve: (refund, findMs = config.lookupTimeoutMs) =>
      lookUp(refund, { findMs, resendMs: config.processorTimeoutMs }),
    // Canceling again changes nothing, so it may be sent again where the answer to the first time was lost.
    async cancel(refund) {
      const attempt = (ms: number) => within(ms, (signal) => processorOf(refund).cancel(refund.id, signal))
      const first = await attempt(config.processorTimeoutMs).catch(unknown(refund, 'cancel'))
      return first ?? attempt(config.lookupTimeoutMs).catch(unknown(refund, 'cancel'))
    },
    async settle(refund, outcome, by) {
      const { moved, ...settled } = await settleInTransaction(refund, outcome, {
        by,
        merchantNow: await deps.merchantTime.now(refund),
      })
      if (!settled.mine) return settled
      ringOutbox(deps.bus, 'payments')
      await movements.post(...moved)
      return settled
    },
  }
}

import type { EventOrigin, Runtime } from '@micro/service'
import { appendOutbox, ringOutbox, saveResponse, within } from '@micro/service'
import { assert } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { PaymentsConfig } from '../config.ts'
import type { Intent } from '../payment-intents/payment-intent.ts'
import { lockIntent, saveIntent } from '../payment-intents/payment-intent.store.ts'
import type { PostingWork } from '../posting/posting.work.ts'
import type { Processor, ProcessorOutcome, Processors } from '../processors/processor.ts'
import type { Charge } from './charge.ts'
import { createChargeMetrics } from './charge-metrics.ts'
import { findCharge, saveSettlement } from './charge.store.ts'
import { answerFor, settle, type ChargeAnswer } from './settlement.ts'

export interface ChargeDependencies extends Pick<Runtime, 'bus' | 'clock' | 'newId' | 'log' | 'metrics' | 'traces'> {
  readonly db: Database
  readonly config: PaymentsConfig
  readonly processors: Processors
  readonly postings: PostingWork
}

/** A settled charge; `mine` when this call settled it and no other. */
export interface SettledCharge {
  readonly intent: Intent
  readonly charge: Charge
  readonly answer: ChargeAnswer
  readonly mine: boolean
}

/** The remote and the database work of charges, the same whether the caller, a retry or the completer does it. */
export interface ChargeWork {
  /** Sends a new charge. Undefined when its result could not be learnt: then it stays pending for the completer. */
  send(charge: Charge): Promise<ProcessorOutcome | undefined>
  /** Learns the result of a charge that may or may not have been sent. Undefined as above. */
  resolve(charge: Charge): Promise<ProcessorOutcome | undefined>
  /** Writes a result down, once, with its events and the answer stored under the caller's key; then posts it. */
  settle(charge: Charge, outcome: ProcessorOutcome): Promise<SettledCharge>
}

export const createChargeWork = (deps: ChargeDependencies): ChargeWork => {
  const { db, clock, config, log, postings } = deps
  const append = appendOutbox(deps)
  const count = createChargeMetrics(deps.metrics)

  const processorOf = ({ mode, id }: Charge): Processor => {
    const processor = deps.processors[mode]
    assert(processor !== undefined, `charge ${id} was begun without a processor for its mode`)
    return processor
  }
  const requestOf = ({ id, amount, currency, payment_method }: Charge) => ({
    id,
    amount,
    currency,
    paymentMethod: payment_method,
  })
  const sendWithin = (ms: number, charge: Charge): Promise<ProcessorOutcome> =>
    within(ms, (signal) => processorOf(charge).charge(requestOf(charge), signal))

  const unknown =
    (charge: Charge, step: 'send' | 'find' | 'resend') =>
    (error: unknown): undefined => {
      // After sending there is the look-up, which may learn it yet.
      if (step !== 'send') count(charge.mode, 'unknown')
      log.warn({ err: error, charge: charge.id, step }, 'charge.result_unknown')
      return undefined
    }

  // Never re-sent blindly: only what the processor certainly does not have is sent again, under the same id.
  const lookUp = async (charge: Charge, resendTimeoutMs: number): Promise<ProcessorOutcome | undefined> => {
    try {
      const found = await within(config.lookupTimeoutMs, (signal) => processorOf(charge).find(charge.id, signal))
      if (found !== undefined) return found
    } catch (error) {
      return unknown(charge, 'find')(error)
    }
    return sendWithin(resendTimeoutMs, charge).catch(unknown(charge, 'resend'))
  }

  const settleInTransaction = (pending: Charge, outcome: ProcessorOutcome) =>
    db.transaction(async (sql): Promise<SettledCharge> => {
      // Sent together, run in order: the charge is read under the lock.
      const [intent, charge] = await Promise.all([
        lockIntent(sql, pending, pending.payment_intent),
        findCharge(sql, pending, pending.id),
      ])
      assert(intent !== undefined && charge !== undefined, `charge ${pending.id} or its intent is gone`)
      if (charge.status !== 'pending') return { intent, charge, answer: answerFor(intent, charge), mine: false }

      const settled = settle({ intent, charge }, outcome, {
        fee: config.fee,
        now: clock.now(),
        postingLeaseMs: config.chargeLeaseMs,
      })
      const answer = answerFor(settled.intent, settled.charge)
      const origin: EventOrigin = {
        merchant: charge.merchant,
        mode: charge.mode,
        requestId: charge.request_id,
        idempotencyKey: charge.idempotency_key,
      }
      const key = charge.idempotency_key
      const [saved] = await Promise.all([
        saveSettlement(sql, settled.charge),
        saveIntent(sql, settled.intent),
        append(sql, origin, settled.events),
        key !== null &&
          saveResponse(
            sql,
            { merchant: charge.merchant, mode: charge.mode, key },
            { status: answer.status, body: JSON.stringify(answer.body) },
          ),
      ])
      assert(saved, `charge ${charge.id} was settled outside the lock of its intent`)
      return { intent: settled.intent, charge: settled.charge, answer, mine: true }
    })

  return {
    async send(charge) {
      try {
        return await sendWithin(config.processorTimeoutMs, charge)
      } catch (error) {
        unknown(charge, 'send')(error)
        return lookUp(charge, config.lookupTimeoutMs)
      }
    },
    resolve: (charge) => lookUp(charge, config.processorTimeoutMs),
    async settle(charge, outcome) {
      const settled = await settleInTransaction(charge, outcome)
      if (!settled.mine) return settled
      count(charge.mode, outcome.kind)
      ringOutbox(deps.bus, 'payments')
      if (settled.charge.status === 'succeeded') await postings.post(settled.charge)
      return settled
    },
  }
}

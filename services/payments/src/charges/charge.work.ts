import type { EventOrigin, Runtime } from '@micro/service'
import { appendOutbox, ringOutbox, saveResponse } from '@micro/service'
import type { Tenant } from '@micro/contracts'
import { addMs, assert } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { PaymentsConfig } from '../config.ts'
import type { Intent } from '../payment-intents/payment-intent.ts'
import { lockIntent, saveIntent } from '../payment-intents/payment-intent.store.ts'
import { intentToWire } from '../payment-intents/payment-intent.wire.ts'
import type { MerchantTime } from '../merchant-clocks/merchant-time.ts'
import type { Movement } from '../movements/movement.ts'
import { recordMovement } from '../movements/movement.store.ts'
import type { MovementWork } from '../movements/movement.work.ts'
import { findPaymentMethod, spendPaymentMethod } from '../payment-methods/payment-method.store.ts'
import type { PaymentMethodWork } from '../payment-methods/payment-method.work.ts'
import {
  processorFor,
  type ChargeRequest,
  type Processor,
  type ProcessorOutcome,
  type Processors,
} from '../processors/processor.ts'
import { findTried } from '../processors/live.store.ts'
import { choose, isSoftDecline } from '../processors/routing.ts'
import { remotely, tellUnknown } from './ambiguity.ts'
import type { Charge } from './charge.ts'
import { createChargeMetrics } from './charge-metrics.ts'
import { findCharge, insertCharge, saveSettlement, tellProcessing } from './charge.store.ts'
import { isSpent, keepPaymentMethod } from './kept-method.ts'
import { answerFor, failOver, settle, type ChargeAnswer, type SettlementTerms } from './settlement.ts'

export interface ChargeDependencies extends Pick<Runtime, 'bus' | 'clock' | 'newId' | 'log' | 'metrics' | 'traces'> {
  readonly db: Database
  readonly config: PaymentsConfig
  readonly processors: Processors
  readonly movements: MovementWork
  readonly merchantTime: MerchantTime
  readonly paymentMethods: PaymentMethodWork
  /** Where browsers find the gateway, without a slash at the end: pages for people are linked to from there. */
  readonly publicUrl: () => string
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
  /**
   * Learns the result of a charge that may or may not have been sent. Undefined as above. `findMs`: how long the look-up is
   * waited for, where nobody waits for it.
   */
  resolve(charge: Charge, findMs?: number): Promise<ProcessorOutcome | undefined>
  /** Writes a result down, once, with its events and the answer stored under the caller's key; then posts it. */
  settle(charge: Charge, outcome: ProcessorOutcome): Promise<SettledCharge>
  /** Says, once, that the result takes its time, and what is known meanwhile. */
  look(charge: Charge): Promise<SettledCharge>
}

/** How long what the completers take is theirs, in ms: longer than both of its calls of the processor may take. */
export const completionLeaseMs = ({ chargeLeaseMs, processorTimeoutMs, patientLookupMs }: PaymentsConfig): number =>
  Math.max(chargeLeaseMs, patientLookupMs + processorTimeoutMs + 5_000)

/** Whoever asked for a charge or a capture is named in what is told of it. */
export const originOf = (asked: Tenant & Pick<Charge, 'request_id' | 'idempotency_key'>): EventOrigin => ({
  merchant: asked.merchant,
  mode: asked.mode,
  requestId: asked.request_id,
  idempotencyKey: asked.idempotency_key,
})

/** By what terms money is taken at a time. */
export const createTerms =
  ({ config, clock, newId }: Pick<ChargeDependencies, 'config' | 'clock' | 'newId'>) =>
  (merchantNow: Date): SettlementTerms => ({
    fee: config.fee,
    liveFee: config.liveFee,
    settlementDays: config.settlementDays,
    newMovementId: () => newId('balance_transaction'),
    now: clock.now(),
    merchantNow,
    postingLeaseMs: config.chargeLeaseMs,
  })

/** What a processor is asked. */
export const requestOf = (charge: Charge): ChargeRequest => ({
  id: charge.id,
  amount: charge.amount,
  currency: charge.currency,
  paymentMethod: charge.processor_method ?? charge.payment_method,
  capture: charge.capture_method === 'automatic',
  offSession: charge.off_session,
  authenticated: charge.authenticated,
  setUp: charge.set_up,
})

export const createChargeWork = (deps: ChargeDependencies): ChargeWork => {
  const { db, clock, config, log } = deps
  const terms = createTerms(deps)
  const append = appendOutbox(deps)
  const count = createChargeMetrics(deps.metrics)

  const processorOf = (charge: Charge): Processor => {
    const processor = processorFor(deps.processors, charge)
    assert(processor !== undefined, `charge ${charge.id} was begun without a processor for its mode`)
    return processor
  }

  const remote = (charge: Charge) => {
    const tell = tellUnknown(log, { charge: charge.id }, 'charge.result_unknown')
    return remotely<ProcessorOutcome>(
      {
        send: (signal) => processorOf(charge).charge(requestOf(charge), signal),
        find: (signal) => processorOf(charge).find(charge.id, signal),
      },
      { sendMs: config.processorTimeoutMs, findMs: config.lookupTimeoutMs },
      (step, error) => {
        // After sending there is the look-up, which may learn it yet.
        if (step !== 'send') count(charge.mode, 'unknown')
        tell(step, error)
      },
    )
  }

  /** Those that may be asked after a decline, the first to be asked first. */
  const followers = async (declined: Charge, outcome: ProcessorOutcome): Promise<readonly string[]> => {
    const { live } = deps.processors
    if (declined.processor === null || outcome.kind !== 'declined' || live === undefined) return []
    if (!isSoftDecline(outcome)) return []
    return choose(await live.list(declined), { ...declined, metadata: declined.metadata ?? {} }).map(({ id }) => id)
  }

  interface Settled extends SettledCharge {
    readonly movements: readonly Movement[]
    /** The charge to be sent next, where the outcome was not the last word. */
    readonly next?: Charge
  }

  const settleInTransaction = (
    pending: Charge,
    outcome: ProcessorOutcome,
    { merchantNow, following }: { merchantNow: Date; following: readonly string[] },
  ) =>
    db.transaction(async (sql): Promise<Settled> => {
      // Sent together, run in order: the charge is read under the lock.
      const [intent, charge] = await Promise.all([
        lockIntent(sql, pending, pending.payment_intent),
        findCharge(sql, pending, pending.id),
      ])
      assert(intent !== undefined && charge !== undefined, `charge ${pending.id} or its intent is gone`)
      if (charge.status !== 'pending')
        return { intent, charge, movements: [], answer: answerFor(intent, charge), mine: false }

      const asked = { intent: charge.payment_intent, request: charge.request_id }
      const tried = following.length === 0 ? undefined : await findTried(sql, charge, asked)
      const processor = following.find((each) => tried?.has(each) === false)
      if (processor !== undefined && outcome.kind === 'declined') {
        const now = clock.now()
        const id = deps.newId('charge')
        const attempt = { id, processor, created_at: merchantNow, leased_until: addMs(now, config.chargeLeaseMs) }
        const failed = failOver({ intent, charge }, outcome, attempt, now)
        await Promise.all([
          saveSettlement(sql, failed.declined),
          insertCharge(sql, failed.next),
          saveIntent(sql, failed.intent),
          append(sql, originOf(charge), failed.events),
        ])
        const shown = { intent: failed.intent, charge: failed.next, answer: answerFor(failed.intent, failed.next) }
        return { ...shown, movements: [], mine: true, next: failed.next }
      }
      const method =
        outcome.kind === 'declined' ? await findPaymentMethod(sql, charge, charge.payment_method) : undefined
      const settled = settle({ intent, charge, method }, outcome, terms(merchantNow))
      const kept = await keepPaymentMethod(sql, deps.paymentMethods, settled)
      const answer = answerFor(settled.intent, settled.charge)
      const { idempotency_key: key, merchant, mode } = charge
      const [saved] = await Promise.all([
        saveSettlement(sql, settled.charge),
        saveIntent(sql, settled.intent),
        isSpent(settled) && spendPaymentMethod(sql, charge, charge.payment_method),
        append(sql, originOf(charge), [...settled.events, ...kept]),
        key !== null &&
          saveResponse(sql, { merchant, mode, key }, { status: answer.status, body: JSON.stringify(answer.body) }),
        ...settled.movements.map((movement) => recordMovement(sql, movement)),
      ])
      assert(saved, `charge ${charge.id} was settled outside the lock of its intent`)
      return { ...settled, answer, mine: true }
    })

  const lookInTransaction = (begun: Charge) =>
    db.transaction(async (sql): Promise<SettledCharge> => {
      const intent = await lockIntent(sql, begun, begun.payment_intent)
      const charge = await findCharge(sql, begun, begun.id)
      assert(charge !== undefined && intent !== undefined, `charge ${begun.id} or its intent is gone`)
      const mine = charge.status === 'pending'
      if (mine && (await tellProcessing(sql, charge, charge.id)))
        await append(sql, originOf(charge), [{ type: 'payment_intent.processing', object: intentToWire(intent) }])
      return { intent, charge, answer: answerFor(intent, charge), mine }
    })

  const work: ChargeWork = {
    send: (charge) => remote(charge).send(),
    resolve: (charge, findMs) => remote(charge).resolve(findMs),
    async settle(charge, outcome) {
      const settled = await settleInTransaction(charge, outcome, {
        merchantNow: await deps.merchantTime.now(charge),
        following: await followers(charge, outcome),
      })
      if (!settled.mine) return settled
      count(charge.mode, outcome.kind)
      ringOutbox(deps.bus, 'payments')
      if (settled.next !== undefined) {
        const following = await work.send(settled.next)
        return following === undefined ? work.look(settled.next) : work.settle(settled.next, following)
      }
      await deps.movements.post(...settled.movements)
      return settled
    },
    async look(charge) {
      const seen = await lookInTransaction(charge)
      ringOutbox(deps.bus, 'payments')
      return seen
    },
  }
  return work
}

import { appendOutbox, ringOutbox, type IdempotencyClaim } from '@micro/service'
import type { TransactionSql } from '@micro/postgres'
import { saveIntent } from '../payment-intents/payment-intent.store.ts'
import type { StartedCharge } from '../payment-intents/start-charge.ts'
import { recordMovement } from '../movements/movement.store.ts'
import { spendPaymentMethod } from '../payment-methods/payment-method.store.ts'
import { storeNew } from '../payment-methods/payment-method.work.ts'
import type { Processor } from '../processors/processor.ts'
import { createChargeMetrics } from './charge-metrics.ts'
import { insertCharge } from './charge.store.ts'
import { createTerms, originOf, requestOf, type ChargeDependencies } from './charge.work.ts'
import { isSpent, keepPaymentMethod } from './kept-method.ts'
import { answerFor, settle, type ChargeAnswer, type Settlement } from './settlement.ts'

/** A charge that began and ended in one database transaction. */
export interface ChargedWithin extends Settlement {
  readonly answer: ChargeAnswer
}

/** Charges of which nothing is ever unknown, since their processor is asked in our own database transaction. */
export interface ChargeWithinWork {
  /** Under the intent's lock, as the last of the transaction: the charge, its end and the answer under the caller's key. */
  charge(
    sql: TransactionSql,
    started: StartedCharge,
    given: {
      readonly ask: NonNullable<Processor['chargeWithin']>
      readonly merchantNow: Date
      readonly claim: IdempotencyClaim | undefined
      /** Whether the payment method is not stored yet. */
      readonly isNew: boolean
    },
  ): Promise<ChargedWithin>
  /** After the commit: tells of it, and posts it. */
  follow(charged: ChargedWithin): Promise<void>
}

export const createChargeWithinWork = (deps: ChargeDependencies): ChargeWithinWork => {
  const terms = createTerms(deps)
  const append = appendOutbox(deps)
  const count = createChargeMetrics(deps.metrics)
  return {
    async charge(sql, started, { ask, merchantNow, claim, isNew }) {
      const { outcome, write } = ask(requestOf(started.charge))
      const settled = settle(started, outcome, terms(merchantNow))
      const { intent, charge } = settled
      const answer = answerFor(intent, charge)
      const spent = isSpent(settled)
      const { method } = started
      storeNew(sql, { method: spent ? { ...method, status: 'spent' } : method, isNew })
      const kept = await keepPaymentMethod(sql, deps.paymentMethods, settled)
      // Sent together, run in order.
      await Promise.all([
        write(sql),
        insertCharge(sql, charge),
        saveIntent(sql, intent),
        spent && !isNew && spendPaymentMethod(sql, charge, charge.payment_method),
        append(sql, originOf(charge), [...settled.events, ...kept]),
        ...settled.movements.map((movement) => recordMovement(sql, movement)),
        claim?.completeLast(sql, answer.status, answer.body),
      ])
      return { ...settled, answer }
    },
    async follow({ charge, movements }) {
      count(charge.mode, charge.status === 'succeeded' ? 'succeeded' : 'declined')
      ringOutbox(deps.bus, 'payments')
      await deps.movements.post(...movements)
    },
  }
}

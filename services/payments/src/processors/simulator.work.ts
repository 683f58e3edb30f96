import { assert, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { CaptureOutcome, ChargeRequest, Processor, ProcessorOutcome } from './processor.ts'
import {
  findSimulatedCharge,
  findSimulatedEnding,
  insertSimulatedCharge,
  insertSimulatedEnding,
  type SimulatedCharge,
  type SimulatedEnding,
} from './simulator.store.ts'
import { openSimulatedDispute, simulatedDisputes } from './simulator-disputes.work.ts'
import { findRefundableCharge } from './simulator-refunds.store.ts'
import { simulatedRefunds } from './simulator-refunds.work.ts'
import { simulatedReports } from './simulator-reports.work.ts'
import { simulatedSettlement } from './simulator-settlement.work.ts'
import { challengesHolder, outcomeOf } from './simulator.ts'
import { testCards, type TestCard } from './test-cards.ts'
import { verifyTestCard } from './test-verification.ts'

const cardOf = (name: string): TestCard => {
  const card = testCards.get(name)
  assert(card !== undefined, 'the simulator was handed a payment method it does not know')
  return card
}

/** What the card is like its authorisation has said. */
const outcomeOfEnding = ({ kind }: SimulatedEnding, charge: SimulatedCharge | undefined): CaptureOutcome => {
  if (kind !== 'capture') return { kind: 'lapsed' }
  const atOnce = charge?.outcome.kind === 'succeeded' && charge.outcome.availableAtOnce === true
  return { kind: 'captured', ...(atOnce ? { availableAtOnce: true } : {}) }
}

const decide = (request: ChargeRequest, now: Date) => {
  const processorId = `sim_${request.id}`
  const outcome: ProcessorOutcome = outcomeOf(cardOf(request.paymentMethod), request, processorId)
  const writeAs = async (sql: Sql, isNew: boolean): Promise<void> => {
    const charged = insertSimulatedCharge(sql, { ...request, processorId, outcome, now })
    const isTaken = outcome.kind === 'succeeded' && request.capture
    await Promise.all([charged, isTaken && openSimulatedDispute(sql, { ...request, charge: request.id, now, isNew })])
  }
  return { outcome, writeNew: (sql: Sql) => writeAs(sql, true), write: (sql: Sql) => writeAs(sql, false) }
}

/**
 * The processor of test mode. It has its own book, and with trouble or where it is asked later its own commits, apart from
 * the payment's, so that everything which can go wrong between two parties can go wrong here too.
 */
export const simulatorProcessor = ({ db, clock }: { db: Database; clock: Clock }): Processor => ({
  challenges: (request) => challengesHolder(cardOf(request.paymentMethod), request),
  chargeWithin(request) {
    const { outcome, writeNew } = decide(request, clock.now())
    return { outcome, write: writeNew }
  },
  async charge(request) {
    // Lost with the server, it is asked again: whoever stores its answer waits for the log, this line included.
    await db.transaction(decide(request, clock.now()).write, { durable: false })
    const charged = await findSimulatedCharge(db.sql, request.id)
    assert(charged !== undefined, `the simulator lost charge ${request.id}`)
    assert(charged.amount === request.amount, `charge ${request.id} came again with another amount`)
    assert(charged.currency === request.currency, `charge ${request.id} came again in another currency`)
    return charged.outcome
  },
  async find(chargeId) {
    return (await findSimulatedCharge(db.sql, chargeId))?.outcome
  },
  async capture(request) {
    const now = clock.now()
    const ending = await db.transaction(async (sql) => {
      await insertSimulatedEnding(sql, { ...request, kind: 'capture', now })
      const ended = await findSimulatedEnding(sql, request.id)
      const charge = await findRefundableCharge(sql, request.id)
      if (charge !== undefined && ended?.kind === 'capture')
        await openSimulatedDispute(sql, {
          charge: request.id,
          paymentMethod: charge.payment_method,
          amount: ended.amount,
          now,
        })
      return ended
    })
    if (ending === undefined) return { kind: 'lapsed' }
    if (ending.kind === 'capture')
      assert(ending.amount === request.amount, `the capture of ${request.id} came again with another amount`)
    return outcomeOfEnding(ending, await findSimulatedCharge(db.sql, request.id))
  },
  async findCapture(chargeId) {
    const ending = await findSimulatedEnding(db.sql, chargeId)
    return ending && outcomeOfEnding(ending, await findSimulatedCharge(db.sql, chargeId))
  },
  refunds: simulatedRefunds({ db, clock }),
  disputes: simulatedDisputes({ db, clock }),
  reports: simulatedReports({ db, clock }),
  settlement: simulatedSettlement({ db, clock }),
  verify: (paymentMethod) => Promise.resolve(verifyTestCard(paymentMethod)),
  async void(chargeId) {
    await insertSimulatedEnding(db.sql, { id: chargeId, amount: 0n, kind: 'void', now: clock.now() })
  },
})

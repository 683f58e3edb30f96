import { assert, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Processor, ProcessorOutcome } from './processor.ts'
import { findSimulatedCharge, insertSimulatedCharge } from './simulator.store.ts'
import { testCards } from './test-cards.ts'

/**
 * The processor of test mode. It has its own book and its own commits, apart from the payment's, so that everything
 * which can go wrong between two parties can go wrong here too.
 */
export const simulatorProcessor = ({ db, clock }: { db: Database; clock: Clock }): Processor => ({
  async charge(request) {
    const card = testCards.get(request.paymentMethod)
    assert(card !== undefined, 'the simulator was handed a payment method it does not know')
    const processorId = `sim_${request.id}`
    const outcome: ProcessorOutcome = card === 'succeeds' ? { kind: 'succeeded', processorId } : card
    await insertSimulatedCharge(db.sql, { ...request, processorId, outcome, now: clock.now() })
    const charged = await findSimulatedCharge(db.sql, request.id)
    assert(charged !== undefined, `the simulator lost charge ${request.id}`)
    assert(charged.amount === request.amount, `charge ${request.id} came again with another amount`)
    assert(charged.currency === request.currency, `charge ${request.id} came again in another currency`)
    return charged.outcome
  },
  async find(chargeId) {
    return (await findSimulatedCharge(db.sql, chargeId))?.outcome
  },
})

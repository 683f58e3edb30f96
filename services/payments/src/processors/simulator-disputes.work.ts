import { assert, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { DisputeDecision, DisputeProcessor } from './disputing.ts'
import {
  findDisputedCharge,
  insertSimulatedDispute,
  lockSimulatedDispute,
  saveStanding,
  type SimulatedDispute,
} from './simulator-disputes.store.ts'
import { insertReport } from './simulator-reports.store.ts'
import { behaviourOf } from './test-behaviours.ts'

/** How long a merchant has to answer, in ms: a week. */
export const responseMs = 7 * 24 * 60 * 60 * 1_000

/**
 * Opens the dispute that a captured test payment is for, in the database transaction that captures it; else nothing. Of one
 * that `isNew` all is sent at once.
 */
export const openSimulatedDispute = async (
  sql: Sql,
  given: { charge: string; paymentMethod: string; amount: bigint; now: Date; isNew?: boolean },
): Promise<void> => {
  const { charge, paymentMethod, amount, now } = given
  const { dispute } = behaviourOf(paymentMethod)
  if (dispute === undefined) return
  const id = `simdp_${charge}`
  const opened = insertSimulatedDispute(sql, { id, charge, inquiry: dispute.inquiry, now })
  if (given.isNew !== true && !(await opened)) return
  const report = {
    subject: id,
    report: { kind: 'dispute_opened', dispute: { id, charge, amount: String(amount), ...dispute, responseMs } },
    dueAt: now,
  } as const
  await Promise.all([opened, insertReport(sql, report)])
}

/** Said of an inquiry, the bank makes a chargeback of it. */
const escalating = 'escalate_inquiry'

/** Stripe's words for evidence in test mode; the bank keeps other evidence under review. */
const verdictOf = (texts: readonly string[]): 'won' | 'lost' | undefined => {
  if (texts.includes('winning_evidence')) return 'won'
  return texts.includes('losing_evidence') ? 'lost' : undefined
}

/** The simulator's disputes, as the bank that decides them at once. */
export const simulatedDisputes = ({ db, clock }: { db: Database; clock: Clock }): DisputeProcessor => {
  const escalate = async (sql: Sql, dispute: SimulatedDispute): Promise<void> => {
    const { id, charge } = dispute
    const { amount, payment_method } = await findDisputedCharge(sql, charge)
    const reason = behaviourOf(payment_method).dispute?.reason ?? 'general'
    await saveStanding(sql, { ...dispute, inquiry: false })
    const told = { id, charge, amount: String(amount), reason, inquiry: false, responseMs }
    await insertReport(sql, { subject: id, report: { kind: 'dispute_opened', dispute: told }, dueAt: clock.now() })
  }

  const change = (
    id: string,
    next: (dispute: SimulatedDispute) => SimulatedDispute['standing'] | 'escalated',
  ): Promise<void> =>
    db.transaction(async (sql) => {
      const dispute = await lockSimulatedDispute(sql, id)
      assert(dispute !== undefined, `the simulator was told of a dispute it does not have, ${id}`)
      if (dispute.standing !== 'needs_response') return
      const standing = next(dispute)
      if (standing === 'escalated') return escalate(sql, dispute)
      await saveStanding(sql, { ...dispute, standing })
      if (standing !== 'under_review' && standing !== 'needs_response')
        await insertReport(sql, {
          subject: id,
          report: { kind: 'dispute_decided', dispute: id, decision: standing satisfies DisputeDecision },
          dueAt: clock.now(),
        })
    })
  return {
    submit: ({ dispute, texts }) =>
      change(dispute, ({ inquiry }) => {
        const verdict = verdictOf(texts)
        // Told again after it became a chargeback, it still answers the inquiry only.
        if (verdict === undefined && texts.includes(escalating)) return inquiry ? 'escalated' : 'needs_response'
        if (verdict === undefined) return 'under_review'
        return inquiry ? 'closed' : verdict
      }),
    accept: (id) => change(id, ({ inquiry }) => (inquiry ? 'closed' : 'lost')),
  }
}

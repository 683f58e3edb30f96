import type { Dispute as WireDispute, Tenant } from '@micro/contracts'
import { addMs, assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { appendOutbox, ringOutbox, type EmittedEvent, type Worker } from '@micro/service'
import { createQueue } from '../background/queue.work.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { recordMovement } from '../movements/movement.store.ts'
import type { Movement } from '../movements/movement.ts'
import { lockIntent } from '../payment-intents/payment-intent.store.ts'
import type { DisputeDecision, OpenedDispute } from '../processors/disputing.ts'
import { decideDispute, endedOtherwise, escalateDispute, expireDispute, openDispute, type Dispute } from './dispute.ts'
import { eventsOf, movementOf } from './dispute.settlement.ts'
import {
  findDispute,
  findReportedCharge,
  findReportedDispute,
  insertDispute,
  markDisputed,
  movementsOfDisputes,
  saveDispute,
  saveEscalation,
  unansweredDisputes,
} from './dispute.store.ts'
import { disputeToWire } from './dispute.wire.ts'
import { insertMessage, withdrawMessages, type DisputeMessage } from './message.store.ts'
import type { MessageWork } from './message.work.ts'

const batchSize = 20
const everyMs = 5_000
const backoff = { minMs: 5_000, maxMs: 10 * 60_000 }

/** What a decision upon a locked dispute changes besides the dispute itself. */
export interface DisputeChange {
  readonly dispute: Dispute
  /** What the processor is to be told. */
  readonly tell?: DisputeMessage['kind'] | undefined
  /** The events, given the dispute as it is then and as it was; left out: that it has ended. */
  readonly events?: (object: WireDispute, before: WireDispute) => readonly EmittedEvent[]
  /** What else is to be written in the same database transaction. */
  readonly save?: (sql: Sql, object: WireDispute) => Promise<void> | undefined
}

export interface DisputeWork {
  /**
   * Writes down what a processor opened, once, and once that an inquiry became a chargeback. False when its charge is not
   * settled yet: it will be told again.
   */
  open(opened: OpenedDispute): Promise<boolean>
  /** Writes down a bank's decision, once. False when it cannot be: the dispute is unknown, or ended otherwise. */
  decide(processorId: string, decision: DisputeDecision): Promise<boolean>
  /** Loads a dispute under its lock, decides, saves; then posts and tells. Undefined when nothing was decided. */
  change(
    dispute: Dispute,
    by: { requestId: string | null; idempotencyKey: string | null },
    decide: (current: Dispute, merchantNow: Date) => DisputeChange | undefined,
  ): Promise<WireDispute | undefined>
  /** Ends disputes nobody answered in time. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

const nobody = { requestId: null, idempotencyKey: null }
/** What the ledger's side of a movement is asked under when no request caused it. */
const requestOf = (dispute: Dispute): string => `req_${dispute.id}`

export const createDisputeWork = (deps: ChargeDependencies, messages: MessageWork): DisputeWork => {
  const { db, clock, config, log, merchantTime, movements, newId } = deps
  const append = appendOutbox(deps)

  /** Saves what moves and says so: the end of every change, under the lock. */
  const settle = async (
    sql: Sql,
    dispute: Dispute,
    origin: Tenant & { requestId: string | null; idempotencyKey: string | null },
    {
      previous,
      events,
      save,
      merchantNow,
    }: Pick<DisputeChange, 'events' | 'save'> & { readonly previous?: Dispute; readonly merchantNow: Date },
  ): Promise<{ object: WireDispute; movement: Movement | undefined }> => {
    const now = clock.now()
    const movement =
      events === undefined
        ? movementOf(dispute, {
            balanceTransaction: newId('balance_transaction'),
            requestId: origin.requestId ?? requestOf(dispute),
            now,
            merchantNow,
            postingLeaseMs: config.chargeLeaseMs,
          })
        : undefined
    const moved = await movementsOfDisputes(sql, dispute, [dispute.id])
    const object = disputeToWire(dispute, movement === undefined ? moved : [...moved, movement])
    const before = disputeToWire(previous ?? dispute, moved)
    await Promise.all([
      append(sql, origin, events?.(object, before) ?? eventsOf(object, before, movement)),
      save?.(sql, object),
      // Last: what takes from the balance locks it.
      movement && recordMovement(sql, movement),
    ])
    return { object, movement }
  }

  /** Of a dispute that is known: an inquiry may be a chargeback now. Under the lock. */
  const escalate = async (
    sql: Sql,
    previous: Dispute,
    opened: OpenedDispute,
    { fee, origin, merchantNow }: { fee: bigint; origin: typeof nobody & Tenant; merchantNow: Date },
  ) => {
    assert(previous.charge === opened.charge, `dispute ${previous.id} was told of charge ${opened.charge}`)
    const escalated = escalateDispute(previous, opened, { fee, merchantNow })
    if (escalated === undefined) {
      if (previous.status === 'warning_closed' && !opened.inquiry)
        log.error({ dispute: previous.id, told: opened.id }, 'dispute.escalated_after_its_end')
      return 'known'
    }
    // What was handed in for the inquiry must not answer the chargeback.
    await Promise.all([saveEscalation(sql, escalated), withdrawMessages(sql, escalated, clock.now())])
    return settle(sql, escalated, origin, { previous, merchantNow })
  }

  const open: DisputeWork['open'] = async (opened) => {
    const known = await findReportedCharge(db.sql, opened.charge)
    if (known === undefined) {
      log.error({ charge: opened.charge, dispute: opened.id }, 'dispute.of_unknown_charge')
      return true
    }
    const merchantNow = await merchantTime.now(known)
    const outcome = await db.transaction(async (sql) => {
      // Sent together, run in order: the charge is read under the lock.
      const [, charge, previous] = await Promise.all([
        lockIntent(sql, known, known.payment_intent),
        findReportedCharge(sql, opened.charge),
        findReportedDispute(sql, opened.id),
      ])
      if (charge?.captured !== true) return 'early'
      const fee = charge.mode === 'live' ? config.liveDisputeFee : config.disputeFee
      const origin = { ...nobody, merchant: charge.merchant, mode: charge.mode }
      if (previous !== undefined) return escalate(sql, previous, opened, { fee, origin, merchantNow })
      const dispute = openDispute(charge, opened, { id: newId('dispute'), fee, merchantNow })
      if (!(await insertDispute(sql, dispute))) return 'known'
      await markDisputed(sql, dispute)
      return settle(sql, dispute, origin, { merchantNow })
    })
    if (typeof outcome === 'string') return outcome === 'known'
    ringOutbox(deps.bus, 'payments')
    if (outcome.movement !== undefined) await movements.post(outcome.movement)
    return true
  }

  const change: DisputeWork['change'] = async (known, by, decide) => {
    const merchantNow = await merchantTime.now(known)
    const done = await db.transaction(async (sql) => {
      // Sent together, run in order: the dispute is read under the lock.
      const [, current] = await Promise.all([
        lockIntent(sql, known, known.payment_intent),
        findDispute(sql, known, known.id),
      ])
      assert(current !== undefined, `dispute ${known.id} is gone`)
      const now = clock.now()
      const decided = decide(current, merchantNow)
      if (decided === undefined) return undefined
      const { dispute, tell } = decided
      await saveDispute(sql, dispute)
      const message =
        tell === undefined
          ? undefined
          : await insertMessage(sql, dispute, { kind: tell, now, dueAt: addMs(now, config.chargeLeaseMs) })
      const settled = await settle(
        sql,
        dispute,
        { ...by, merchant: dispute.merchant, mode: dispute.mode },
        { ...decided, previous: current, merchantNow },
      )
      return { ...settled, message }
    })
    if (done === undefined) return undefined
    ringOutbox(deps.bus, 'payments')
    await Promise.all([done.movement && movements.post(done.movement), done.message && messages.send(done.message)])
    return done.object
  }

  const decide: DisputeWork['decide'] = async (processorId, decision) => {
    const dispute = await findReportedDispute(db.sql, processorId)
    if (dispute === undefined) {
      log.error({ dispute: processorId, decision }, 'dispute.unknown')
      return false
    }
    let isOtherwise = false
    await change(dispute, nobody, (current, merchantNow) => {
      isOtherwise = endedOtherwise(current, decision)
      const decided = decideDispute(current, decision, merchantNow)
      return decided && { dispute: decided }
    })
    // Reconciliation shows what the processor moved for it.
    if (isOtherwise) log.error({ dispute: dispute.id, told: processorId, decision }, 'dispute.ended_otherwise')
    return !isOtherwise
  }

  const queue = createQueue<Dispute>(deps, {
    name: 'payments.disputes',
    work: 'dispute',
    everyMs,
    batchSize,
    backoff,
    leased: false,
    idOf: ({ id }) => id,
    take: ({ limit }) => unansweredDisputes(db.sql, { now: clock.now(), limit }),
    async one(dispute) {
      await change(dispute, nobody, (current, merchantNow) => {
        const expired = expireDispute(current, merchantNow)
        return expired && { dispute: expired, tell: 'acceptance' }
      })
      return 'done'
    },
  })
  merchantTime.onAdvance(() => queue.worker.ring())

  return { open, decide, change, ...queue }
}

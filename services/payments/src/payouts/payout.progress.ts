import { assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { appendOutbox, ringOutbox, type EmittedEvent, type Worker } from '@micro/service'
import { createQueue } from '../background/queue.work.ts'
import type { MovementKind } from '../movements/kinds.ts'
import type { Movement } from '../movements/movement.ts'
import { recordMovement } from '../movements/movement.store.ts'
import { endPayout, payoutToWire, submitPayout, type Payout } from './payout.ts'
import { findDuePayouts, lockPayout, savePayout } from './payout.store.ts'
import { movementOfPayout, type PayoutDependencies } from './payout.work.ts'
import { testBanks } from './test-banks.ts'

const batchSize = 20
const everyMs = 5_000
const backoff = { minMs: 5_000, maxMs: 10 * 60_000 }

export interface PayoutProgress {
  /** Lets payouts go on that are due. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

interface Step {
  readonly payout: Payout
  readonly event: EmittedEvent
  readonly moves: MovementKind | undefined
}

/** What happens to a payout of test mode that is due. */
const nextStep = (payout: Payout, balanceTransaction: string): Step => {
  if (payout.status === 'pending') {
    const submitted = submitPayout(payout)
    const [object, before] = [payoutToWire(submitted), payoutToWire(payout)]
    const event: EmittedEvent = { type: 'payout.updated', object, before }
    return { payout: submitted, event, moves: undefined }
  }
  const ended = endPayout(payout, testBanks.get(payout.destination ?? '') ?? 'arrives', balanceTransaction)
  const object = payoutToWire(ended)
  return ended.status === 'paid'
    ? { payout: ended, event: { type: 'payout.paid', object }, moves: 'payout_paid' }
    : { payout: ended, event: { type: 'payout.failed', object }, moves: 'payout_failure' }
}

/** Plays the bank in test mode: takes payouts in at their first midnight, and ends them at their date of arrival. */
export const createPayoutProgress = (deps: PayoutDependencies): PayoutProgress => {
  const { db, clock, newId, bus, config, merchantTime, movements } = deps
  const append = appendOutbox(deps)

  const save = async (sql: Sql, { payout, event, moves }: Step, given: { id: string; merchantNow: Date }) => {
    const { merchant, mode } = payout
    const times = { now: clock.now(), postingLeaseMs: config.chargeLeaseMs }
    const movement = moves && movementOfPayout(payout, { ...given, ...times, kind: moves })
    await Promise.all([
      savePayout(sql, payout),
      append(sql, { merchant, mode, requestId: null, idempotencyKey: null }, [event]),
      movement && recordMovement(sql, movement),
    ])
    return movement
  }

  const goOn = async (due: Payout): Promise<boolean> => {
    assert(due.mode === 'test', `payout ${due.id} is of live mode, where nobody pays out yet`)
    const merchantNow = await merchantTime.now(due)
    const done = await db.transaction(async (sql): Promise<{ movement: Movement | undefined } | undefined> => {
      const payout = await lockPayout(sql, due, due.id)
      // Another process was here before, or the merchant canceled it.
      if (payout === undefined || payout.due_at === null || payout.due_at > merchantNow) return undefined
      const id = newId('balance_transaction')
      return { movement: await save(sql, nextStep(payout, id), { id, merchantNow }) }
    })
    if (done === undefined) return false
    ringOutbox(bus, 'payments')
    if (done.movement !== undefined) await movements.post(done.movement)
    return true
  }

  const queue = createQueue<Payout>(deps, {
    name: 'payments.payouts',
    work: 'payout',
    everyMs,
    batchSize,
    backoff,
    leased: false,
    idOf: ({ id }) => id,
    take: ({ limit }) => findDuePayouts(db.sql, { now: clock.now(), limit }),
    async one(due) {
      while (await goOn(due));
      return 'done'
    },
  })
  merchantTime.onAdvance(queue.worker.ring)
  return queue
}

import { assert } from '@micro/kernel'
import { appendOutbox, ringOutbox, saveResponse } from '@micro/service'
import { remotely, tellUnknown } from '../charges/ambiguity.ts'
import { findCharge, saveEnding } from '../charges/charge.store.ts'
import { createTerms, originOf, type ChargeDependencies, type SettledCharge } from '../charges/charge.work.ts'
import type { Movement } from '../movements/movement.ts'
import { recordMovement } from '../movements/movement.store.ts'
import { lockIntent, saveIntent } from '../payment-intents/payment-intent.store.ts'
import { intentToWire } from '../payment-intents/payment-intent.wire.ts'
import { processorFor, type CaptureOutcome, type Processor } from '../processors/processor.ts'
import { findCapture, saveCaptured, tellCapturing } from './capture.store.ts'
import { captureAnswer, settleCapture } from './capture-settlement.ts'
import type { Capture } from './capture.ts'

/** The remote and the database work of captures, the same whether the caller, a retry or the completer does it. */
export interface CaptureWork {
  /** Sends a new capture. Undefined when its result could not be learnt: then it stays pending for the completer. */
  send(capture: Capture): Promise<CaptureOutcome | undefined>
  /** Learns the result of a capture that may or may not have been sent. Undefined as above; `findMs` as for charges. */
  resolve(capture: Capture, findMs?: number): Promise<CaptureOutcome | undefined>
  /** Writes a result down, once, with its events and the answer stored under the caller's key; then posts it. */
  settle(capture: Capture, outcome: CaptureOutcome): Promise<SettledCharge>
  /** Says, once, that the result takes its time, and what is known meanwhile. */
  look(capture: Capture): Promise<SettledCharge>
}

export const createCaptureWork = (deps: ChargeDependencies): CaptureWork => {
  const { db, config, log } = deps
  const terms = createTerms(deps)
  const append = appendOutbox(deps)

  const processorOf = (capture: Capture): Processor => {
    const processor = processorFor(deps.processors, capture)
    assert(processor !== undefined, `the capture of ${capture.charge} was begun without a processor for its mode`)
    return processor
  }

  const remote = (capture: Capture) =>
    remotely<CaptureOutcome>(
      {
        send: (signal) => processorOf(capture).capture({ id: capture.charge, amount: capture.amount }, signal),
        find: (signal) => processorOf(capture).findCapture(capture.charge, signal),
      },
      { sendMs: config.processorTimeoutMs, findMs: config.lookupTimeoutMs },
      tellUnknown(log, { charge: capture.charge }, 'capture.result_unknown'),
    )

  /** In a database transaction, under the intent's lock: what there is of a capture. */
  const loaded = async (sql: Parameters<typeof lockIntent>[0], begun: Capture) => {
    // Sent together, run in order: both are read under the lock.
    const [intent, charge, capture] = await Promise.all([
      lockIntent(sql, begun, begun.payment_intent),
      findCharge(sql, begun, begun.charge),
      findCapture(sql, begun, begun.charge),
    ])
    assert(
      intent !== undefined && charge !== undefined && capture !== undefined,
      `the capture of ${begun.charge}, its charge or its intent is gone`,
    )
    return { intent, charge, capture }
  }

  const settleInTransaction = (pending: Capture, outcome: CaptureOutcome, merchantNow: Date) =>
    db.transaction(async (sql): Promise<SettledCharge & { movements: readonly Movement[] }> => {
      const before = await loaded(sql, pending)
      if (before.capture.status !== 'pending')
        return { ...before, movements: [], answer: captureAnswer(before), mine: false }
      const settled = settleCapture(before, outcome, terms(merchantNow))
      const answer = captureAnswer(settled)
      const { merchant, mode, idempotency_key: key } = pending
      const [captured, ended] = await Promise.all([
        saveCaptured(sql, settled.capture),
        saveEnding(sql, settled.charge),
        saveIntent(sql, settled.intent),
        append(sql, originOf(pending), settled.events),
        key !== null &&
          saveResponse(sql, { merchant, mode, key }, { status: answer.status, body: JSON.stringify(answer.body) }),
        ...settled.movements.map((movement) => recordMovement(sql, movement)),
      ])
      assert(captured && ended, `charge ${pending.charge} was captured outside the lock of its intent`)
      return { ...settled, answer, mine: true }
    })

  return {
    send: (capture) => remote(capture).send(),
    resolve: (capture, findMs) => remote(capture).resolve(findMs),
    async settle(capture, outcome) {
      const settled = await settleInTransaction(capture, outcome, await deps.merchantTime.now(capture))
      if (!settled.mine) return settled
      ringOutbox(deps.bus, 'payments')
      await deps.movements.post(...settled.movements)
      return settled
    },
    async look(capture) {
      const seen = await db.transaction(async (sql): Promise<SettledCharge> => {
        const found = await loaded(sql, capture)
        const mine = found.capture.status === 'pending'
        if (mine && (await tellCapturing(sql, capture))) {
          const object = intentToWire(found.intent)
          await append(sql, originOf(capture), [{ type: 'payment_intent.processing', object }])
        }
        return { ...found, answer: captureAnswer(found), mine }
      })
      ringOutbox(deps.bus, 'payments')
      return seen
    },
  }
}

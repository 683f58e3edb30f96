import type { MetadataUpdate, Tenant } from '@micro/contracts'
import { addMs, assert, Fault } from '@micro/kernel'
import { mergeMetadata, reply, type IdempotencyClaim, type Reply } from '@micro/service'
import type { Charge } from '../charges/charge.ts'
import { refuseWhileBusy } from '../charges/charge.guard.ts'
import { findCharge, saveTexts } from '../charges/charge.store.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { noteOn } from '../payment-intents/amend.ts'
import { startCapture } from '../payment-intents/outcome.ts'
import { intentMissing } from '../payment-intents/payment-intent.ids.ts'
import { lockIntent, saveIntent, saveTerms } from '../payment-intents/payment-intent.store.ts'
import { capturePoint, parseRecoveryPoint } from '../payment-intents/recovery-point.ts'
import { extendCaptureLease, findCapture, insertCapture } from './capture.store.ts'
import type { CaptureWork } from './capture.work.ts'
import { pendingCapture, withTexts, type Capture, type CaptureTexts } from './capture.ts'

/** One wish to capture, of whichever surface. */
export interface CaptureWish {
  readonly tenant: Tenant
  readonly intent: string
  /** In minor units; undefined: all of it. `param`: what the caller names it. */
  readonly amount: bigint | undefined
  readonly param: string
  readonly metadata: MetadataUpdate | undefined
  readonly texts: CaptureTexts
  readonly requestId: string
  readonly claim: IdempotencyClaim | undefined
  readonly answerStatus: 200 | 201
  readonly answerWith: Charge['answer_with']
}

export interface Capturing {
  /** @throws Fault resource_missing, payment_intent_unexpected_state, amount_too_large, parameter_invalid, charge_expired_for_capture, lock_timeout */
  capture(wish: CaptureWish): Promise<Reply>
}

export const createCapturing = (deps: ChargeDependencies, captures: CaptureWork): Capturing => {
  const { db, clock, config } = deps

  const begin = async (wish: CaptureWish): Promise<Capture> => {
    const merchantNow = await deps.merchantTime.now(wish.tenant)
    return db.transaction(async (sql) => {
      const { tenant, claim } = wish
      const current = await lockIntent(sql, tenant, wish.intent)
      if (current === undefined) throw intentMissing(wish.intent)
      const now = clock.now()
      await refuseWhileBusy(sql, current, now)
      const metadata = mergeMetadata(current.metadata, wish.metadata)
      const intent = startCapture(withTexts(noteOn(current, { metadata }), wish.texts))
      const charge = await findCharge(sql, tenant, current.latest_charge ?? '')
      assert(charge !== undefined, `${current.id} waits for the capture of no charge`)
      const capture = pendingCapture(
        charge,
        { amount: wish.amount, param: wish.param, merchantNow },
        {
          request_id: wish.requestId,
          idempotency_key: claim?.key ?? null,
          answer_status: wish.answerStatus,
          answer_with: wish.answerWith,
          created_at: merchantNow,
          leased_until: addMs(now, config.chargeLeaseMs),
        },
      )
      // Sent together, run in order.
      await Promise.all([
        insertCapture(sql, capture),
        saveTerms(sql, intent),
        saveIntent(sql, intent),
        saveTexts(sql, withTexts(charge, wish.texts)),
        claim?.reach(sql, capturePoint(capture.charge)),
      ])
      return capture
    })
  }

  /** Writes a result down, or says what is known without one: that the intent is processing. */
  const finish = async (
    capture: Capture,
    outcome: Awaited<ReturnType<CaptureWork['send']>>,
    claim: IdempotencyClaim | undefined,
  ): Promise<Reply> => {
    const { answer, mine } = await (outcome === undefined ? captures.look(capture) : captures.settle(capture, outcome))
    // The completer was faster, and has stored the answer under the key: asking again replays exactly that.
    if (!mine && capture.idempotency_key !== null)
      throw new Fault('idempotency_key_in_use', { key: capture.idempotency_key })
    if (outcome !== undefined) claim?.stored()
    return reply(answer.status, answer.body)
  }

  const resume = async (tenant: Tenant, chargeId: string, claim: IdempotencyClaim): Promise<Reply> => {
    await extendCaptureLease(db.sql, tenant, chargeId, addMs(clock.now(), config.chargeLeaseMs))
    const capture = await findCapture(db.sql, tenant, chargeId)
    if (capture?.status !== 'pending') throw new Fault('idempotency_key_in_use', { key: claim.key })
    return finish(capture, await captures.resolve(capture), claim)
  }

  return {
    async capture(wish) {
      const point = parseRecoveryPoint(wish.claim?.recoveryPoint)
      if (point?.kind === 'capture' && wish.claim !== undefined) return resume(wish.tenant, point.id, wish.claim)
      const capture = await begin(wish)
      return finish(capture, await captures.send(capture), wish.claim)
    },
  }
}

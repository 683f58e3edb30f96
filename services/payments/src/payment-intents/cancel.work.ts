import type { CancellationReason, Tenant } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { appendOutbox, ringOutbox, type EmittedEvent, type EventOrigin, type IdempotencyClaim } from '@micro/service'
import { refuseWhileBusy } from '../charges/charge.guard.ts'
import { findCharge, saveEnding } from '../charges/charge.store.ts'
import { createTerms, type ChargeDependencies } from '../charges/charge.work.ts'
import { chargeToWire } from '../charges/charge.wire.ts'
import { authorisationMovement } from '../charges/settlement.ts'
import type { Movement } from '../movements/movement.ts'
import { recordMovement } from '../movements/movement.store.ts'
import type { DueVoid } from '../voids/void.store.ts'
import type { VoidWork } from '../voids/void.work.ts'
import { cancelIntent, lapseIntent } from './outcome.ts'
import type { Intent } from './payment-intent.ts'
import { intentMissing } from './payment-intent.ids.ts'
import { lockIntent, saveIntent } from './payment-intent.store.ts'
import { intentToWire } from './payment-intent.wire.ts'

/** Why an intent ends without a payment: somebody asked, or its authorisation ran out. */
export interface Cancellation {
  readonly tenant: Tenant
  readonly intent: string
  readonly reason: CancellationReason | undefined
  readonly origin: EventOrigin
  readonly answer?: { readonly claim: IdempotencyClaim; readonly status: number } | undefined
}

/** What is to follow once a release is committed. */
interface Released {
  readonly due?: DueVoid
  readonly movement?: Movement
}

export interface CancelWork {
  /** @throws Fault resource_missing, payment_intent_unexpected_state, lock_timeout */
  cancel(wish: Cancellation): Promise<Intent>
  /** Only what still waits for a capture of this very charge; undefined when it no longer does. */
  expire(wish: Cancellation & { readonly charge: string }): Promise<Intent | undefined>
}

export const createCancelWork = (deps: ChargeDependencies, voids: VoidWork): CancelWork => {
  const { db, clock, bus } = deps
  const append = appendOutbox(deps)
  const terms = createTerms(deps)

  /** Under the intent's lock. What was authorised is released with the intent, and given back after the commit. */
  const release = async (
    sql: Sql,
    before: Intent,
    after: Intent,
    { expired, merchantNow }: { expired: boolean; merchantNow: Date },
  ): Promise<Released & { events: EmittedEvent[] }> => {
    if (before.status !== 'requires_capture') return { events: [] }
    const authorised = await findCharge(sql, before, before.latest_charge ?? '')
    assert(authorised !== undefined, `${before.id} waits for the capture of no charge`)
    const charge = { ...authorised, released_at: clock.now() }
    const movement = authorisationMovement('authorisation_release', charge, terms(merchantNow))
    const [saved, due] = await Promise.all([
      saveEnding(sql, charge),
      voids.plan(sql, before, charge.id),
      recordMovement(sql, movement),
    ])
    assert(saved, `charge ${charge.id} ended outside the lock of its intent`)
    return { due, movement, events: expired ? [{ type: 'charge.expired', object: chargeToWire(charge, after) }] : [] }
  }

  const save = async (
    sql: Sql,
    wish: Cancellation,
    { before, after, ...how }: { before: Intent; after: Intent; expired: boolean; merchantNow: Date },
  ): Promise<Released & { intent: Intent }> => {
    const { events, ...released } = await release(sql, before, after, how)
    const object = intentToWire(after)
    await Promise.all([
      saveIntent(sql, after),
      append(sql, wish.origin, [...events, { type: 'payment_intent.canceled', object }]),
      wish.answer?.claim.complete(sql, wish.answer.status, object),
    ])
    return { intent: after, ...released }
  }

  const finish = async ({ intent, due, movement }: Released & { intent: Intent }): Promise<Intent> => {
    ringOutbox(bus, 'payments')
    await Promise.all([due && voids.send(due), movement && deps.movements.post(movement)])
    return intent
  }

  return {
    async cancel(wish) {
      const merchantNow = await deps.merchantTime.now(wish.tenant)
      const ended = await db.transaction(async (sql) => {
        const before = await lockIntent(sql, wish.tenant, wish.intent)
        if (before === undefined) throw intentMissing(wish.intent)
        await refuseWhileBusy(sql, before, clock.now())
        const after = cancelIntent(before, { reason: wish.reason, now: merchantNow })
        return save(sql, wish, { before, after, expired: false, merchantNow })
      })
      return finish(ended)
    },
    async expire(wish) {
      const merchantNow = await deps.merchantTime.now(wish.tenant)
      const ended = await db.transaction(async (sql) => {
        const before = await lockIntent(sql, wish.tenant, wish.intent)
        if (before?.status !== 'requires_capture' || before.latest_charge !== wish.charge) return undefined
        const after = lapseIntent(before, { reason: wish.reason, now: merchantNow })
        return save(sql, wish, { before, after, expired: true, merchantNow })
      })
      return ended && finish(ended)
    },
  }
}

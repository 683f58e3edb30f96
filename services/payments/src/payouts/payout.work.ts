import { paymentsApi, successStatus, type Surface, type Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { appendOutbox, ringOutbox, type EmittedEvent, type EventOrigin, type IdempotencyClaim } from '@micro/service'
import { lockAvailable, type BalanceWork } from '../balances/balance.work.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import type { MovementKind } from '../movements/kinds.ts'
import { newMovement, type Movement } from '../movements/movement.ts'
import { recordMovement } from '../movements/movement.store.ts'
import { createPayout, payoutToWire, type NewPayout, type Payout } from './payout.ts'
import { insertPayout } from './payout.store.ts'

export type PayoutDependencies = ChargeDependencies & { readonly balances: BalanceWork }

/** What a caller asks to be paid out. */
export interface PayoutWish extends Omit<NewPayout, 'id' | 'balance_transaction' | 'created_at'> {
  readonly surface: Surface
  readonly claim: IdempotencyClaim | undefined
}

/** The movement that a payout makes at some point of its life. */
export const movementOfPayout = (
  payout: Payout,
  given: { id: string; kind: MovementKind; merchantNow: Date; now: Date; postingLeaseMs: number },
): Movement =>
  newMovement({
    ...given,
    merchant: payout.merchant,
    mode: payout.mode,
    source: payout.id,
    amount: payout.amount,
    currency: payout.currency,
    description: payout.description,
    requestId: payout.request_id,
  })

const triesMax = 5

/**
 * Makes a payout of what is available, never of more: that is decided while nobody else can take from the balance.
 * @throws Fault balance_insufficient, lock_timeout, ledger_busy, upstream_unavailable
 */
export const createPayoutMaker = (deps: PayoutDependencies): ((wish: PayoutWish) => Promise<Payout>) => {
  const { db, clock, newId, bus, config, balances, merchantTime, movements } = deps
  const append = appendOutbox(deps)

  /** Undefined when it cannot be said yet: others took from the balance while we looked. */
  const attempt = async (wish: PayoutWish, merchantNow: Date): Promise<Made | undefined> => {
    const { surface, claim, ...given } = wish
    const tenant: Tenant = { merchant: wish.merchant, mode: wish.mode }
    const look = await balances.look(tenant, merchantNow)
    return db.transaction(async (sql) => {
      const { currency, amount: required } = wish
      const { atLeast, atMost } = await lockAvailable(sql, tenant, { currency, merchantNow, look })
      if (required > atMost)
        throw new Fault('balance_insufficient', { available: String(atMost), required: String(required), currency })
      if (required > atLeast) return undefined
      // From here the database transaction must succeed.
      const balanceTransaction = newId('balance_transaction')
      const payout = createPayout({
        ...given,
        id: newId('payout'),
        balance_transaction: balanceTransaction,
        created_at: merchantNow,
      })
      const movement = movementOfPayout(payout, {
        id: balanceTransaction,
        kind: 'payout',
        merchantNow,
        now: clock.now(),
        postingLeaseMs: config.chargeLeaseMs,
      })
      const origin: EventOrigin = { ...tenant, requestId: wish.request_id, idempotencyKey: claim?.key ?? null }
      const event: EmittedEvent = { type: 'payout.created', object: payoutToWire(payout) }
      // Sent together, run in order.
      await Promise.all([
        insertPayout(sql, payout),
        append(sql, origin, [event]),
        claim?.complete(sql, successStatus(paymentsApi.createPayout, surface), payoutToWire(payout)),
        recordMovement(sql, movement),
      ])
      return { payout, movement }
    })
  }

  return async (wish) => {
    const merchantNow = await merchantTime.now(wish)
    for (let tries = 0; tries < triesMax; tries++) {
      const made = await attempt(wish, merchantNow)
      if (made === undefined) continue
      ringOutbox(bus, 'payments')
      await movements.post(made.movement)
      return made.payout
    }
    throw new Fault('lock_timeout')
  }
}

interface Made {
  readonly payout: Payout
  readonly movement: Movement
}

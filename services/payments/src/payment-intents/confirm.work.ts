import { addMs, assert, Fault, type Id } from '@micro/kernel'
import type { Surface, Tenant } from '@micro/contracts'
import { reply, type IdempotencyClaim, type Reply } from '@micro/service'
import { pendingCharge, type Charge } from '../charges/charge.ts'
import { refuseWhileCharging } from '../charges/charge.guard.ts'
import { extendLease, findCharge, insertCharge } from '../charges/charge.store.ts'
import type { ChargeDependencies, ChargeWork } from '../charges/charge.work.ts'
import { answerFor, type ChargeAnswer } from '../charges/settlement.ts'
import { defaultTestCard } from '../processors/test-cards.ts'
import { startConfirm } from './payment-intent.ts'
import { findIntent, lockIntent, saveIntent } from './payment-intent.store.ts'
import { intentMissing } from './payment-intent.ids.ts'
import { chargePoint } from './recovery-point.ts'

/** One wish to confirm, from the confirm operation or from a create with confirm=true. */
export interface Confirmation {
  readonly tenant: Tenant
  readonly intent: string
  readonly paymentMethod: string | undefined
  readonly receiptEmail: string | undefined
  readonly surface: Surface
  readonly requestId: string
  readonly claim: IdempotencyClaim | undefined
  readonly answerStatus: 200 | 201
}

export interface ConfirmWork {
  /** @throws Fault resource_missing, payment_intent_unexpected_state, lock_timeout, payment_method_missing, processor_not_configured */
  confirm(wish: Confirmation): Promise<Reply>
  /** Goes on with a charge that an earlier holder of the same idempotency key began. */
  resume(tenant: Tenant, chargeId: string, claim: IdempotencyClaim): Promise<Reply>
  /** @throws Fault processor_not_configured */
  requireProcessor(tenant: Tenant): void
}

export const createConfirmWork = (deps: ChargeDependencies, charges: ChargeWork): ConfirmWork => {
  const { db, clock, newId, config } = deps

  const requireProcessor = ({ mode }: Tenant): void => {
    if (deps.processors[mode] === undefined) throw new Fault('processor_not_configured')
  }

  const begin = (wish: Confirmation, chargeId: Id<'charge'>): Promise<Charge> =>
    db.transaction(async (sql) => {
      const { tenant, claim } = wish
      const current = await lockIntent(sql, tenant, wish.intent)
      if (current === undefined) throw intentMissing(wish.intent)
      await refuseWhileCharging(sql, current, clock.now())
      const fallback = wish.surface === 'original' && tenant.mode === 'test' ? defaultTestCard : undefined
      const intent = startConfirm(current, {
        charge: chargeId,
        paymentMethod: wish.paymentMethod ?? current.payment_method ?? fallback,
        receiptEmail: wish.receiptEmail,
      })
      requireProcessor(tenant)
      const now = clock.now()
      const charge = pendingCharge(intent, {
        id: chargeId,
        payment_method: intent.payment_method,
        request_id: wish.requestId,
        idempotency_key: claim?.key ?? null,
        answer_status: wish.answerStatus,
        created_at: now,
        leased_until: addMs(now, config.chargeLeaseMs),
      })
      // Sent together, run in order.
      await Promise.all([insertCharge(sql, charge), saveIntent(sql, intent), claim?.reach(sql, chargePoint(chargeId))])
      return charge
    })

  const look = async (begun: Charge): Promise<{ answer: ChargeAnswer; mine: boolean }> => {
    const charge = await findCharge(db.sql, begun, begun.id)
    const intent = await findIntent(db.sql, begun, begun.payment_intent)
    assert(charge !== undefined && intent !== undefined, `charge ${begun.id} or its intent is gone`)
    return { answer: answerFor(intent, charge), mine: charge.status === 'pending' }
  }

  /** Writes a result down, or says what is known without one: that the intent is processing. */
  const finish = async (
    charge: Charge,
    outcome: Awaited<ReturnType<ChargeWork['send']>>,
    claim: IdempotencyClaim | undefined,
  ): Promise<Reply> => {
    const { answer, mine } = outcome === undefined ? await look(charge) : await charges.settle(charge, outcome)
    // The completer was faster, and has stored the answer under the key: asking again replays exactly that.
    if (!mine && charge.idempotency_key !== null)
      throw new Fault('idempotency_key_in_use', { key: charge.idempotency_key })
    if (outcome !== undefined) claim?.stored()
    return reply(answer.status, answer.body)
  }

  return {
    requireProcessor,
    async confirm(wish) {
      const charge = await begin(wish, newId('charge'))
      return finish(charge, await charges.send(charge), wish.claim)
    },
    async resume(tenant, chargeId, claim) {
      await extendLease(db.sql, tenant, chargeId, addMs(clock.now(), config.chargeLeaseMs))
      const charge = await findCharge(db.sql, tenant, chargeId)
      if (charge?.status !== 'pending') throw new Fault('idempotency_key_in_use', { key: claim.key })
      return finish(charge, await charges.resolve(charge), claim)
    },
  }
}

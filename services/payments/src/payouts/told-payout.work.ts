import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { appendOutbox, ringOutbox, type EmittedEvent } from '@micro/service'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import type { MovementKind } from '../movements/kinds.ts'
import { recordMovement } from '../movements/movement.store.ts'
import type { Movement } from '../movements/movement.ts'
import type { ToldPayout } from '../processors/telling.ts'
import { payoutToWire, type Payout } from './payout.ts'
import { savePayout } from './payout.store.ts'
import { movementOfPayout } from './payout.work.ts'
import { nextToldStep } from './told-payout.ts'
import { insertToldPayout, lockToldPayout, saveArrival } from './told-payout.store.ts'

export interface ToldPayoutWork {
  /** Writes down how a payout stands that a processor made, once. False: another process does it, so ask again. */
  hear(owner: Tenant & { readonly processor: string }, told: ToldPayout): Promise<boolean>
}

/**
 * Payouts of live mode are made by the processor, and told here. They take what they took, also where the balance here is
 * less: that there is less money in the account is a fact already.
 */
export const createToldPayoutWork = (deps: ChargeDependencies): ToldPayoutWork => {
  const { db, clock, config, bus, newId, merchantTime, movements } = deps
  const append = appendOutbox(deps)

  const inTransaction = async (
    sql: Sql,
    { merchant, mode, processor }: Tenant & { readonly processor: string },
    { told, merchantNow }: { told: ToldPayout; merchantNow: Date },
  ): Promise<Movement[] | undefined> => {
    const origin = { merchant, mode, requestId: null, idempotencyKey: null }
    const made: Movement[] = []
    const move = async (payout: Payout, id: string, kind: MovementKind): Promise<void> => {
      const times = { merchantNow, now: clock.now(), postingLeaseMs: config.chargeLeaseMs }
      const movement = movementOfPayout(payout, { id, kind, ...times })
      await recordMovement(sql, movement)
      made.push(movement)
    }
    const begin = async (): Promise<Payout | undefined> => {
      const id = newId('payout')
      const payout: Payout = {
        id,
        merchant,
        mode,
        processor,
        processor_id: told.id,
        automatic: told.automatic,
        amount: told.amount,
        currency: told.currency,
        status: 'pending',
        arrival_date: told.arrivesOn,
        description: told.description,
        metadata: {},
        statement_descriptor: told.statementDescriptor,
        destination: null,
        balance_transaction: newId('balance_transaction'),
        failure_balance_transaction: null,
        failure_code: null,
        failure_message: null,
        due_at: null,
        request_id: `req_${id}`,
        created_at: merchantNow,
      }
      if (!(await insertToldPayout(sql, payout))) return undefined
      await append(sql, origin, [{ type: 'payout.created', object: payoutToWire(payout) }])
      await move(payout, payout.balance_transaction, 'payout')
      return payout
    }

    const known = await lockToldPayout(sql, { merchant, mode }, { processor, processorId: told.id })
    let payout = known ?? (await begin())
    if (payout === undefined) return undefined
    payout = { ...payout, arrival_date: told.arrivesOn }
    await saveArrival(sql, payout)
    for (;;) {
      const step = nextToldStep(payout, told, () => newId('balance_transaction'))
      if (step === undefined) return made
      await savePayout(sql, step.payout)
      const object = payoutToWire(step.payout)
      const { type } = step
      const before = payoutToWire(payout)
      const event: EmittedEvent = type === 'payout.updated' ? { type, object, before } : { type, object }
      await append(sql, origin, [event])
      for (const { kind, id } of step.moves) await move(step.payout, id, kind)
      payout = step.payout
    }
  }

  return {
    async hear(owner, told) {
      const merchantNow = await merchantTime.now(owner)
      const moved = await db.transaction((sql) => inTransaction(sql, owner, { told, merchantNow }))
      if (moved === undefined) return false
      ringOutbox(bus, 'payments')
      await movements.post(...moved)
      return true
    },
  }
}

import { settlementFaultsApi, successStatus, type Body, type Tenant } from '@micro/contracts'
import { Fault, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Checks, Handlers } from '@micro/service'
import { plantSettlementFault, type SettlementFault } from '../processors/simulator-settlement.work.ts'
import { findMoved } from './books.store.ts'

type Api = typeof settlementFaultsApi

const daySeconds = 24 * 60 * 60

const faultOf = (
  { kind, amount, currency, after_seconds: afterSeconds }: Body<Api['plantSettlementFault']>,
  moved: bigint,
): SettlementFault => {
  if (kind === 'wrong_amount') return { kind, amount: BigInt(amount ?? moved + 1n) }
  if (kind === 'wrong_currency') return { kind, currency: (currency ?? 'xxx').toLowerCase() }
  if (kind === 'late') return { kind, afterMs: (afterSeconds ?? daySeconds) * 1_000 }
  return { kind }
}

/** @throws Fault test_mode_only */
export const settlementFaultChecks: Checks<Api> = {
  plantSettlementFault({ principal }) {
    if (principal.mode !== 'test') throw new Fault('test_mode_only')
  },
}

export const settlementFaultHandlers = ({ db, clock }: { db: Database; clock: Clock }): Handlers<Api> => ({
  plantSettlementFault({ principal, body, surface, idempotency }) {
    const { subject, kind } = body
    const tenant: Tenant = { merchant: principal.merchant, mode: principal.mode }
    return db.transaction(async (sql) => {
      // What moved by a movement of the merchant's own, so that nobody spoils another's settlement.
      const moved = await findMoved(sql, tenant, subject)
      if (moved === undefined)
        throw new Fault('parameter_resource_missing', {
          param: 'subject',
          resource: 'captured charge or refund',
          id: subject,
        })
      await plantSettlementFault(sql, clock, { subject, ...faultOf(body, moved) })
      const answer = { object: 'test_helpers.settlement_fault', subject, kind, livemode: false } as const
      await idempotency?.complete(sql, successStatus(settlementFaultsApi.plantSettlementFault, surface), answer)
      return answer
    })
  },
})

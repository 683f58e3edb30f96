import type { Dispute as WireDispute, Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { Dispute } from './dispute.ts'
import { movementsOfDisputes } from './dispute.store.ts'
import { disputeToWire } from './dispute.wire.ts'

/** Disputes as the API shows them, each with what it has moved, in the order given. */
export const showDisputes = async (sql: Sql, tenant: Tenant, disputes: readonly Dispute[]): Promise<WireDispute[]> => {
  const ids = disputes.map(({ id }) => id)
  const movements = ids.length === 0 ? [] : await movementsOfDisputes(sql, tenant, ids)
  return disputes.map((dispute) =>
    disputeToWire(
      dispute,
      movements.filter(({ source }) => source === dispute.id),
    ),
  )
}

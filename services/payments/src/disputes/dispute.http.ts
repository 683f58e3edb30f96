import { disputesApi, successStatus, type Dispute as WireDispute, type Tenant } from '@micro/contracts'
import { assert } from '@micro/kernel'
import { only, type Sql } from '@micro/postgres'
import { mergeMetadata, type Call, type Handlers } from '@micro/service'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { closeDispute, editEvidence, submitEvidence, type Dispute } from './dispute.ts'
import { disputeMissing, isDisputeId } from './dispute.ids.ts'
import { listDisputes } from './dispute.list.ts'
import { showDisputes } from './dispute.show.ts'
import { findDispute } from './dispute.store.ts'
import type { DisputeWork } from './dispute.work.ts'

type Api = typeof disputesApi
type Change = Call<Api['updateDispute']> | Call<Api['closeDispute']>

const tenantOf = ({ principal: { merchant, mode } }: { principal: Tenant }): Tenant => ({ merchant, mode })

export const disputeHandlers = (
  { db }: ChargeDependencies,
  disputes: DisputeWork,
  /** Hears what the simulator has to tell now. */
  hearOfTests: () => Promise<unknown>,
): Handlers<Api> => {
  /** @throws Fault resource_missing */
  const find = async (tenant: Tenant, id: string): Promise<Dispute> => {
    const dispute = isDisputeId(id) ? await findDispute(db.sql, tenant, id) : undefined
    if (dispute === undefined) throw disputeMissing(id)
    return dispute
  }
  const askedBy = ({ requestId, idempotency }: Change) => ({ requestId, idempotencyKey: idempotency?.key ?? null })
  const saving = (call: Change) => (sql: Sql, object: WireDispute) =>
    call.idempotency?.complete(sql, successStatus(disputesApi.updateDispute, call.surface), object)

  return {
    async retrieveDispute(call) {
      const dispute = await find(tenantOf(call), call.params.id)
      return only(await showDisputes(db.sql, dispute, [dispute]))
    },

    async listDisputes(call) {
      const list = () => listDisputes(db.sql, tenantOf(call), call.query)
      const { charge, payment_intent: intent } = call.query
      const page = await list()
      if (page.data.length > 0 || call.principal.mode === 'live' || (charge ?? intent) === undefined) return page
      // The dispute of a test card is told of a moment after its payment; whoever tries it out asks at once.
      await hearOfTests()
      return list()
    },

    async updateDispute(call) {
      const { evidence, metadata, submit = evidence !== undefined } = call.body
      const updated = await disputes.change(await find(tenantOf(call), call.params.id), askedBy(call), (current) => {
        const noted = { ...current, metadata: mergeMetadata(current.metadata, metadata) }
        const edited = evidence === undefined ? noted : editEvidence(noted, evidence)
        return {
          dispute: submit ? submitEvidence(edited) : edited,
          tell: submit ? 'evidence' : undefined,
          events: (object, before) => [{ type: 'charge.dispute.updated', object, before }],
          save: saving(call),
        }
      })
      assert(updated !== undefined, 'an update of a dispute decided nothing')
      return updated
    },

    async closeDispute(call) {
      const closed = await disputes.change(
        await find(tenantOf(call), call.params.id),
        askedBy(call),
        (current, merchantNow) => ({
          dispute: closeDispute(current, merchantNow),
          tell: 'acceptance',
          save: saving(call),
        }),
      )
      assert(closed !== undefined, 'closing a dispute decided nothing')
      return closed
    },
  }
}

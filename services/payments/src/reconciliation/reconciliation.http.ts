import { differenceKinds, reconciliationsApi, successStatus, type Tenant } from '@micro/contracts'
import { addMs, Fault, fromUnixSeconds, unixSeconds } from '@micro/kernel'
import { answerList, type Checks, type Handlers } from '@micro/service'
import { findDifference, newerDifferences, olderDifferences } from './difference.store.ts'
import {
  differenceToWire,
  isDifferenceId,
  isReconciliationId,
  reconciliationToWire,
  type Reconciliation,
} from './reconciliation.ts'
import {
  findReconciliation,
  insertReconciliation,
  newerReconciliations,
  olderReconciliations,
} from './reconciliation.store.ts'
import type { ReconciliationDependencies, ReconciliationWork } from './reconciliation.work.ts'

type Api = typeof reconciliationsApi

const resource = 'reconciliation'

/** @throws Fault parameter_invalid */
export const reconciliationChecks: Checks<Api> = {
  listReconciliationDifferences({ query: { kind } }) {
    if (kind !== undefined && !Object.hasOwn(differenceKinds, kind))
      throw new Fault('parameter_invalid', {
        param: 'kind',
        reason: `it must be one of ${Object.keys(differenceKinds).join(', ')}`,
      })
  },
}

export const reconciliationHandlers = (
  { db, clock, newId }: ReconciliationDependencies,
  { worker }: ReconciliationWork,
): Handlers<Api> => {
  const find = async (tenant: Tenant, id: string): Promise<Reconciliation | undefined> =>
    isReconciliationId(id) ? findReconciliation(db.sql, tenant, id) : undefined

  const retrieve = async (tenant: Tenant, id: string): Promise<Reconciliation> => {
    const run = await find(tenant, id)
    if (run === undefined) throw new Fault('resource_missing', { resource, id, param: 'id' })
    return run
  }

  return {
    async createReconciliation({ principal: { merchant, mode }, body: { since, until }, surface, idempotency }) {
      const now = clock.now()
      const answer = await db.transaction(async (sql) => {
        const run = await insertReconciliation(sql, {
          id: newId('reconciliation'),
          merchant,
          mode,
          automatic: false,
          since: since === undefined ? null : fromUnixSeconds(since),
          // What began in this very millisecond is of now, too.
          until: until === undefined ? addMs(now, 1) : fromUnixSeconds(Math.min(until, unixSeconds(now) + 1)),
          created_at: now,
        })
        if (run === undefined) throw new Fault('reconciliation_running')
        const begun = reconciliationToWire(run)
        await idempotency?.complete(sql, successStatus(reconciliationsApi.createReconciliation, surface), begun)
        return begun
      })
      worker.ring()
      return answer
    },

    retrieveReconciliation: async ({ principal, params: { id } }) =>
      reconciliationToWire(await retrieve(principal, id)),

    listReconciliations: ({ principal, query }) =>
      answerList(
        {
          query,
          url: reconciliationsApi.listReconciliations.path,
          resource,
          find: (id) => find(principal, id),
          older: (window) => olderReconciliations(db.sql, principal, window),
          newer: (window) => newerReconciliations(db.sql, principal, window),
        },
        reconciliationToWire,
      ),

    async listReconciliationDifferences({ principal, params, query }) {
      const run = await retrieve(principal, params.id)
      const filter = { reconciliation: run.id, kind: query.kind ?? null, object: query.subject ?? null }
      return answerList(
        {
          query,
          url: reconciliationsApi.listReconciliationDifferences.path.replace(':id', run.id),
          resource: 'reconciliation difference',
          find: async (id) =>
            isDifferenceId(id) ? findDifference(db.sql, principal, { reconciliation: run.id, id }) : undefined,
          older: (window) => olderDifferences(db.sql, principal, filter, window),
          newer: (window) => newerDifferences(db.sql, principal, filter, window),
        },
        (kept) => differenceToWire(kept, run),
      )
    },
  }
}

import { disputesApi, type Query, type Response, type Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { answerList } from '@micro/service'
import { isDisputeId } from './dispute.ids.ts'
import { newerDisputes, olderDisputes, findDispute } from './dispute.store.ts'
import { showDisputes } from './dispute.show.ts'

type ListRoute = typeof disputesApi.listDisputes

/** One page, newest first. @throws Fault parameter_invalid, parameter_resource_missing for an unknown cursor */
export const listDisputes = async (sql: Sql, tenant: Tenant, query: Query<ListRoute>): Promise<Response<ListRoute>> => {
  const filter = { charge: query.charge ?? null, intent: query.payment_intent ?? null }
  const page = await answerList(
    {
      query,
      url: disputesApi.listDisputes.path,
      resource: 'dispute',
      find: async (id) => (isDisputeId(id) ? findDispute(sql, tenant, id) : undefined),
      older: (window) => olderDisputes(sql, tenant, filter, window),
      newer: (window) => newerDisputes(sql, tenant, filter, window),
    },
    (dispute) => dispute,
  )
  return { ...page, data: await showDisputes(sql, tenant, page.data) }
}

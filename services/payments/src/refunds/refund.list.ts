import type { Response, Tenant, refundsApi } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { answerList, type ListQuery } from '@micro/service'
import { refundToWire } from './refund.ts'
import { isRefundId } from './refund.ids.ts'
import { findRefund, newerRefunds, olderRefunds, type RefundFilter } from './refund.store.ts'

/** One page, newest first. @throws Fault parameter_invalid, parameter_resource_missing for an unknown cursor */
export const listRefunds = (
  sql: Sql,
  tenant: Tenant,
  { query, filter, url }: { query: ListQuery; filter: RefundFilter; url: string },
): Promise<Response<typeof refundsApi.listRefunds>> =>
  answerList(
    {
      query,
      url,
      resource: 'refund',
      find: async (id) => (isRefundId(id) ? findRefund(sql, tenant, id) : undefined),
      older: (window) => olderRefunds(sql, tenant, filter, window),
      newer: (window) => newerRefunds(sql, tenant, filter, window),
    },
    refundToWire,
  )

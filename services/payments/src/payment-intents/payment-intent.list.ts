import { paymentsApi, type Query, type Response, type Surface, type Tenant } from '@micro/contracts'
import type { Database, Sql } from '@micro/postgres'
import { answerList } from '@micro/service'
import { answerSearch } from '../search/answer-search.ts'
import {
  customersNewerIntents,
  customersOlderIntents,
  foundIntents,
  newerIntents,
  olderIntents,
} from './intent-pages.store.ts'
import { isIntentId } from './payment-intent.ids.ts'
import { findIntent } from './payment-intent.store.ts'
import { intentToWire } from './payment-intent.wire.ts'

type ListRoute = typeof paymentsApi.listPaymentIntents
type SearchRoute = typeof paymentsApi.searchPaymentIntents

/** One page, newest first. @throws Fault parameter_invalid, parameter_resource_missing for an unknown cursor */
export const listIntents = (
  sql: Sql,
  tenant: Tenant,
  { query, surface }: { query: Query<ListRoute>; surface: Surface },
): Promise<Response<ListRoute>> => {
  const { customer } = query
  const { path, alias } = paymentsApi.listPaymentIntents
  const [older, newer] =
    customer === undefined
      ? [olderIntents, newerIntents]
      : [customersOlderIntents(customer), customersNewerIntents(customer)]
  return answerList(
    {
      query,
      url: surface === 'stripe' ? path : alias,
      resource: 'payment_intent',
      find: async (id) => (isIntentId(id) ? findIntent(sql, tenant, id) : undefined),
      older: (window) => older(sql, tenant, window),
      newer: (window) => newer(sql, tenant, window),
    },
    intentToWire,
  )
}

const fields = {
  amount: 'numeric',
  created: 'numeric',
  currency: 'token',
  customer: 'token',
  metadata: 'token',
  status: 'token',
} as const

/** One page of what a search finds, newest first. @throws Fault parameter_invalid for a query or page that is none */
export const searchIntents = (
  db: Database,
  tenant: Tenant,
  given: Query<SearchRoute>,
): Promise<Response<SearchRoute>> =>
  answerSearch(db, tenant, given, {
    url: paymentsApi.searchPaymentIntents.path,
    fields,
    find: findIntent,
    search: foundIntents,
    toWire: intentToWire,
  })

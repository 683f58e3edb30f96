import { paymentsApi, type Query, type Response, type Tenant } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { answerSearch } from '../search/answer-search.ts'
import { priceToWire } from './price.ts'
import { findPrice, searchPrices } from './price.store.ts'

type SearchRoute = typeof paymentsApi.searchPrices

const fields = {
  active: 'token',
  currency: 'token',
  lookup_key: 'string',
  metadata: 'token',
  product: 'token',
  type: 'token',
} as const

/** One page of what a search finds, newest first. @throws Fault parameter_invalid for a query or page that is none */
export const searchForPrices = (
  db: Database,
  tenant: Tenant,
  given: Query<SearchRoute>,
): Promise<Response<SearchRoute>> =>
  answerSearch(db, tenant, given, {
    url: paymentsApi.searchPrices.path,
    fields,
    find: findPrice,
    search: searchPrices,
    toWire: priceToWire,
  })

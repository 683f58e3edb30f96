import { paymentsApi, type Query, type Response, type Tenant } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { answerSearch } from '../search/answer-search.ts'
import { productToWire } from './product.ts'
import { findProduct, searchProducts } from './product.store.ts'

type SearchRoute = typeof paymentsApi.searchProducts

const fields = {
  active: 'token',
  description: 'string',
  metadata: 'token',
  name: 'string',
  shippable: 'token',
  url: 'string',
} as const

/** One page of what a search finds, newest first. @throws Fault parameter_invalid for a query or page that is none */
export const searchForProducts = (
  db: Database,
  tenant: Tenant,
  given: Query<SearchRoute>,
): Promise<Response<SearchRoute>> =>
  answerSearch(db, tenant, given, {
    url: paymentsApi.searchProducts.path,
    fields,
    find: findProduct,
    search: searchProducts,
    toWire: productToWire,
  })

import { paymentsApi, type Query, type Response, type Tenant } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { answerSearch } from '../search/answer-search.ts'
import { customerToWire } from './customer.ts'
import { findCustomer, searchCustomers } from './customer.store.ts'

type SearchRoute = typeof paymentsApi.searchCustomers

const fields = { created: 'numeric', email: 'string', metadata: 'token', name: 'string', phone: 'string' } as const

/** One page of what a search finds, newest first. @throws Fault parameter_invalid for a query or page that is none */
export const searchForCustomers = (
  db: Database,
  tenant: Tenant,
  given: Query<SearchRoute>,
): Promise<Response<SearchRoute>> =>
  answerSearch(db, tenant, given, {
    url: paymentsApi.searchCustomers.path,
    fields,
    find: findCustomer,
    search: searchCustomers,
    toWire: customerToWire,
  })

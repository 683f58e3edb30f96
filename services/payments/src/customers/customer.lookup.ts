import type { Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { Customer } from './customer.ts'
import { isCustomerId } from './customer.ids.ts'
import { findCustomer, lockCustomer } from './customer.store.ts'

const requireFound = (found: Customer | undefined, id: string, param: string): Customer => {
  if (found !== undefined && found.deleted_at === null) return found
  throw new Fault('parameter_resource_missing', { resource: 'customer', id, param })
}

/** The customer that a parameter names. A deleted one is none. @throws Fault parameter_resource_missing */
export const namedCustomer = async (sql: Sql, tenant: Tenant, id: string, param = 'customer'): Promise<Customer> =>
  requireFound(isCustomerId(id) ? await findCustomer(sql, tenant, id) : undefined, id, param)

/** As namedCustomer, locked: nobody changes it, nor what is attached to it, until the transaction ends. */
export const lockNamedCustomer = async (sql: Sql, tenant: Tenant, id: string, param = 'customer'): Promise<Customer> =>
  requireFound(isCustomerId(id) ? await lockCustomer(sql, tenant, id) : undefined, id, param)

import type { Query, paymentsApi, Response, Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { answerList } from '@micro/service'
import { paymentMethodToWire } from './payment-method.ts'
import { isPaymentMethodId } from './payment-method.ids.ts'
import { findPaymentMethod, newerPaymentMethods, olderPaymentMethods } from './payment-method.store.ts'

type ListRoute = typeof paymentsApi.listCustomerPaymentMethods

/** One page of what is attached to a customer, newest first. @throws Fault parameter_invalid, parameter_resource_missing */
export const listPaymentMethodsOf = (
  sql: Sql,
  tenant: Tenant,
  { customer, url, query }: { customer: string; url: string; query: Query<ListRoute> },
): Promise<Response<ListRoute>> =>
  answerList(
    {
      query,
      url,
      resource: 'PaymentMethod',
      find: async (id) => (isPaymentMethodId(id) ? findPaymentMethod(sql, tenant, id) : undefined),
      older: (window) => olderPaymentMethods(sql, tenant, { customer, window }),
      newer: (window) => newerPaymentMethods(sql, tenant, { customer, window }),
    },
    paymentMethodToWire,
  )

import type { Body, Customer, DeletedCustomer, Mode, PaymentIntent, PaymentMethod, paymentsApi } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import type { Act } from '../act/use-act.ts'
import { call } from '../api/call.ts'
import { customerSearch, type CustomerFilters } from './customer-filters.ts'

type Payments = typeof paymentsApi

/** One page of customers, newest first. */
export const customersPage = (mode: Mode, { page, ...filters }: CustomerFilters) =>
  queryOptions({
    queryKey: ['payments', mode, 'customers', customerSearch(filters), page],
    queryFn: ({ signal }) =>
      call<Payments['searchCustomers']>('GET /v1/customers/search', {
        query: { query: customerSearch(filters), limit: 20, ...(page === undefined ? {} : { page }) },
        mode,
        signal,
      }),
  })

/** A customer with the newest of their payments, and what they pay with. */
export interface KnownCustomer {
  readonly customer: Customer | DeletedCustomer
  readonly payments: readonly PaymentIntent[]
  readonly morePayments: boolean
  readonly methods: readonly PaymentMethod[]
}

const paymentsShown = 10

export const oneCustomer = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['payments', mode, 'customer', id],
    queryFn: async ({ signal }): Promise<KnownCustomer> => {
      const params = { id }
      const [customer, payments] = await Promise.all([
        call<Payments['retrieveCustomer']>('GET /v1/customers/:id', { params, mode, signal }),
        call<Payments['listPaymentIntents']>('GET /v1/payment_intents', {
          query: { customer: id, limit: paymentsShown },
          mode,
          signal,
        }),
      ])
      const listing = { params, query: { limit: 100 }, mode, signal }
      // Of one who was deleted there are none, and the API says that there is no such customer.
      const methods = isDeleted(customer)
        ? []
        : (await call<Payments['listCustomerPaymentMethods']>('GET /v1/customers/:id/payment_methods', listing)).data
      return { customer, payments: payments.data, morePayments: payments.has_more, methods }
    },
  })

export const isDeleted = (customer: Customer | DeletedCustomer): customer is DeletedCustomer => 'deleted' in customer

export const createCustomer = (act: Act, body: Body<Payments['createCustomer']>) =>
  call<Payments['createCustomer']>('POST /v1/customers', { body, ...act })

export const updateCustomer = (act: Act, id: string, body: Body<Payments['updateCustomer']>) =>
  call<Payments['updateCustomer']>('POST /v1/customers/:id', { params: { id }, body, ...act })

// The API takes no key for it: deleted twice comes to the same.
export const deleteCustomer = (mode: Mode, id: string) =>
  call<Payments['deleteCustomer']>('DELETE /v1/customers/:id', { params: { id }, mode })

export const attachMethod = (act: Act, id: string, customer: string) =>
  call<Payments['attachPaymentMethod']>('POST /v1/payment_methods/:id/attach', {
    params: { id },
    body: { customer },
    ...act,
  })

export const detachMethod = (act: Act, id: string) =>
  call<Payments['detachPaymentMethod']>('POST /v1/payment_methods/:id/detach', { params: { id }, body: {}, ...act })

import { paymentsApi, type Tenant } from '@micro/contracts'
import type { Database, Sql } from '@micro/postgres'
import { answerList, mergeMetadata, reply, type EmittedEvent, type Handlers, type MicroBus } from '@micro/service'
import { createChange, tenantOf } from '../change.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import { declineAnswer } from '../payment-methods/decline.ts'
import { paymentMethodToWire } from '../payment-methods/payment-method.ts'
import { isPaymentMethodId, paymentMethodMissing } from '../payment-methods/payment-method.ids.ts'
import { listPaymentMethodsOf } from '../payment-methods/payment-method.list.ts'
import { detachAllOf, findPaymentMethod } from '../payment-methods/payment-method.store.ts'
import type { PaymentMethodDependencies, PaymentMethodWork } from '../payment-methods/payment-method.work.ts'
import {
  changeCustomer,
  createCustomer,
  customerToWire,
  deleteCustomer,
  deletedToWire,
  type Customer,
} from './customer.ts'
import { customerMissing, isCustomerId } from './customer.ids.ts'
import { attachBrought, broughtBy, findDecline, requireOwnDefault } from './customer.methods.ts'
import { searchForCustomers } from './customer.search.ts'
import {
  findCustomer,
  insertCustomer,
  lockCustomer,
  newerCustomers,
  olderCustomers,
  saveCustomer,
} from './customer.store.ts'

type CustomerHandlers = Handlers<
  Pick<
    typeof paymentsApi,
    | 'createCustomer'
    | 'retrieveCustomer'
    | 'updateCustomer'
    | 'deleteCustomer'
    | 'listCustomers'
    | 'searchCustomers'
    | 'listCustomerPaymentMethods'
    | 'retrieveCustomerPaymentMethod'
  >
>

export const customerHandlers = (
  deps: PaymentMethodDependencies & { readonly db: Database; readonly bus: MicroBus },
  methods: PaymentMethodWork,
): CustomerHandlers => {
  const { db, clock, newId } = deps
  const change = createChange(deps)

  /** With the deleted ones. */
  const find = async (tenant: Tenant, id: string): Promise<Customer> => {
    const customer = isCustomerId(id) ? await findCustomer(db.sql, tenant, id) : undefined
    if (customer === undefined) throw customerMissing(id)
    return customer
  }
  const findLiving = async (tenant: Tenant, id: string): Promise<Customer> => {
    const customer = await find(tenant, id)
    if (customer.deleted_at !== null) throw customerMissing(id)
    return customer
  }
  const lock = async (sql: Sql, tenant: Tenant, id: string): Promise<Customer> => {
    const customer = isCustomerId(id) ? await lockCustomer(sql, tenant, id) : undefined
    if (customer === undefined || customer.deleted_at !== null) throw customerMissing(id)
    return customer
  }

  return {
    async createCustomer(call) {
      const tenant = tenantOf(call)
      const brought = broughtBy(call.body)
      const decline = await findDecline(db.sql, tenant, { brought, methods })
      if (decline !== undefined) {
        const { status, body } = declineAnswer(decline)
        return reply(status, body)
      }
      return change(call, paymentsApi.createCustomer, async (sql) => {
        const identity = { ...tenant, id: newId('customer'), now: await merchantNow(sql, tenant, clock) }
        const drafted = createCustomer(identity, { ...call.body, metadata: mergeMetadata({}, call.body.metadata) })
        await insertCustomer(sql, { ...drafted, default_payment_method: null })
        const { customer: made, attached, events } = await attachBrought(sql, drafted, { brought, methods })
        const asked = made.default_payment_method
        const customer = { ...made, default_payment_method: asked && (attached.get(asked) ?? asked) }
        await requireOwnDefault(sql, customer)
        if (events.length > 0) await saveCustomer(sql, customer)
        const answer = customerToWire(customer)
        return { answer, events: [{ type: 'customer.created', object: answer }, ...events] }
      })
    },

    async retrieveCustomer(call) {
      const customer = await find(tenantOf(call), call.params.id)
      return customer.deleted_at === null ? customerToWire(customer) : deletedToWire(customer)
    },

    async updateCustomer(call) {
      const tenant = tenantOf(call)
      const { id } = call.params
      await findLiving(tenant, id)
      const brought = broughtBy({ ...(call.body.source === undefined ? {} : { source: call.body.source }) })
      const decline = await findDecline(db.sql, tenant, { brought, methods })
      if (decline !== undefined) {
        const { status, body } = declineAnswer(decline)
        return reply(status, body)
      }
      return change(call, paymentsApi.updateCustomer, async (sql) => {
        const current = await lock(sql, tenant, id)
        const metadata = mergeMetadata(current.metadata, call.body.metadata)
        const changed = changeCustomer(current, { ...call.body, metadata })
        const { customer, events } = await attachBrought(sql, changed, { brought, methods })
        await requireOwnDefault(sql, customer)
        await saveCustomer(sql, customer)
        const answer = customerToWire(customer)
        const updated: EmittedEvent = { type: 'customer.updated', object: answer, before: customerToWire(current) }
        return { answer, events: [...events, updated] }
      })
    },

    deleteCustomer: (call) =>
      change(call, paymentsApi.deleteCustomer, async (sql) => {
        const current = await lock(sql, tenantOf(call), call.params.id)
        const detached = await detachAllOf(sql, current, current.id)
        const customer = deleteCustomer(current, clock.now())
        await saveCustomer(sql, customer)
        const events: EmittedEvent[] = [
          ...detached.map((method): EmittedEvent => ({
            type: 'payment_method.detached',
            object: paymentMethodToWire(method),
            before: paymentMethodToWire({ ...method, status: 'attached' }),
          })),
          // As it was: the last that is told of it.
          { type: 'customer.deleted', object: customerToWire(current) },
        ]
        return { answer: deletedToWire(customer), events }
      }),

    async listCustomers(call) {
      const tenant = tenantOf(call)
      const { email, ...query } = call.query
      return answerList(
        {
          query,
          url: paymentsApi.listCustomers.path,
          resource: 'customer',
          find: async (id) => (isCustomerId(id) ? findCustomer(db.sql, tenant, id) : undefined),
          older: (window) => olderCustomers(db.sql, tenant, { email, window }),
          newer: (window) => newerCustomers(db.sql, tenant, { email, window }),
        },
        customerToWire,
      )
    },

    searchCustomers: (call) => searchForCustomers(db, tenantOf(call), call.query),

    async listCustomerPaymentMethods(call) {
      const { id: customer } = await findLiving(tenantOf(call), call.params.id)
      const url = paymentsApi.listCustomerPaymentMethods.path.replace(':id', customer)
      return listPaymentMethodsOf(db.sql, tenantOf(call), { customer, url, query: call.query })
    },

    async retrieveCustomerPaymentMethod(call) {
      const { id: customer } = await findLiving(tenantOf(call), call.params.id)
      const { payment_method: id } = call.params
      const method = isPaymentMethodId(id) ? await findPaymentMethod(db.sql, tenantOf(call), id) : undefined
      if (method?.status !== 'attached' || method.customer !== customer) throw paymentMethodMissing(id)
      return paymentMethodToWire(method)
    },
  }
}

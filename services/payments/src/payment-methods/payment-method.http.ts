import { paymentsApi, type Tenant } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { mergeMetadata, reply, type EmittedEvent, type Handlers, type MicroBus } from '@micro/service'
import { createChange, tenantOf } from '../change.ts'
import { customerToWire, forgetPaymentMethod } from '../customers/customer.ts'
import { lockNamedCustomer, namedCustomer } from '../customers/customer.lookup.ts'
import { lockCustomer, saveCustomer } from '../customers/customer.store.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import { declineAnswer } from './decline.ts'
import { attachPaymentMethod, detachPaymentMethod, paymentMethodToWire, updatePaymentMethod } from './payment-method.ts'
import type { PaymentMethod } from './payment-method.ts'
import { isPaymentMethodId, paymentMethodMissing } from './payment-method.ids.ts'
import { listPaymentMethodsOf } from './payment-method.list.ts'
import { findPaymentMethod, lockPaymentMethod, savePaymentMethod } from './payment-method.store.ts'
import type { PaymentMethodDependencies, PaymentMethodWork } from './payment-method.work.ts'
import type { Sql } from '@micro/postgres'
import { Fault } from '@micro/kernel'

type PaymentMethodHandlers = Handlers<
  Pick<
    typeof paymentsApi,
    | 'createPaymentMethod'
    | 'retrievePaymentMethod'
    | 'updatePaymentMethod'
    | 'listPaymentMethods'
    | 'attachPaymentMethod'
    | 'detachPaymentMethod'
  >
>

/** A parameter of the path that names nothing is a 404, where one of the body is a 400. */
const inPath = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof Fault && error.code === 'parameter_resource_missing')
      throw new Fault('resource_missing', error.detail)
    throw error
  }
}

export const paymentMethodHandlers = (
  deps: PaymentMethodDependencies & { readonly db: Database; readonly bus: MicroBus },
  methods: PaymentMethodWork,
): PaymentMethodHandlers => {
  const { db, clock } = deps
  const change = createChange(deps)

  const find = async (sql: Sql, tenant: Tenant, id: string): Promise<PaymentMethod> => {
    const found = isPaymentMethodId(id) ? await findPaymentMethod(sql, tenant, id) : undefined
    if (found === undefined) throw paymentMethodMissing(id)
    return found
  }

  /** The customer is locked first, as everywhere. It never changes once there is one, so it can be read before. */
  const lockWithCustomer = async (sql: Sql, tenant: Tenant, id: string) => {
    const { customer: owner } = await find(sql, tenant, id)
    const customer = owner === null ? undefined : await lockCustomer(sql, tenant, owner)
    const method = await lockPaymentMethod(sql, tenant, id)
    if (method === undefined) throw paymentMethodMissing(id)
    return { customer, method }
  }

  return {
    createPaymentMethod: (call) =>
      change(call, paymentsApi.createPaymentMethod, async (sql) => {
        const { card, type: _type, metadata, ...rest } = call.body
        const given = { param: 'card[token]', details: { ...rest, metadata: mergeMetadata({}, metadata) } }
        const method = await methods.mint(sql, tenantOf(call), card.token ?? '', given)
        return { answer: paymentMethodToWire(method), events: [] }
      }),

    retrievePaymentMethod: async (call) => paymentMethodToWire(await find(db.sql, tenantOf(call), call.params.id)),

    updatePaymentMethod: (call) =>
      change(call, paymentsApi.updatePaymentMethod, async (sql) => {
        const { id } = call.params
        const current = isPaymentMethodId(id) ? await lockPaymentMethod(sql, tenantOf(call), id) : undefined
        if (current === undefined) throw paymentMethodMissing(id)
        const method = updatePaymentMethod(
          current,
          { ...call.body, metadata: mergeMetadata(current.metadata, call.body.metadata) },
          await merchantNow(sql, current, clock),
        )
        await savePaymentMethod(sql, method)
        const answer = paymentMethodToWire(method)
        return {
          answer,
          events: [{ type: 'payment_method.updated', object: answer, before: paymentMethodToWire(current) }],
        }
      }),

    async listPaymentMethods(call) {
      const { customer, ...query } = call.query
      await namedCustomer(db.sql, tenantOf(call), customer)
      const { path: url } = paymentsApi.listPaymentMethods
      return listPaymentMethodsOf(db.sql, tenantOf(call), { customer, url, query })
    },

    async attachPaymentMethod(call) {
      const tenant = tenantOf(call)
      const { id } = call.params
      const processorMethod = await inPath(methods.processorMethodOf(db.sql, tenant, id))
      await namedCustomer(db.sql, tenant, call.body.customer)
      if (isPaymentMethodId(id)) attachPaymentMethod(await find(db.sql, tenant, id), call.body.customer)
      const verification = await methods.verify(tenant, processorMethod)
      if (verification.kind === 'declined') {
        const { status, body } = declineAnswer(verification)
        return reply(status, body)
      }
      return change(call, paymentsApi.attachPaymentMethod, async (sql) => {
        const { id: customer } = await lockNamedCustomer(sql, tenant, call.body.customer)
        const current = await inPath(methods.lockNamed(sql, tenant, id))
        const { method, events } = await methods.attach(sql, current, customer)
        return { answer: paymentMethodToWire(method), events }
      })
    },

    detachPaymentMethod: (call) =>
      change(call, paymentsApi.detachPaymentMethod, async (sql) => {
        const { customer, method: current } = await lockWithCustomer(sql, tenantOf(call), call.params.id)
        const method = detachPaymentMethod(current)
        await savePaymentMethod(sql, method)
        const answer = paymentMethodToWire(method)
        const events: EmittedEvent[] = [
          { type: 'payment_method.detached', object: answer, before: paymentMethodToWire(current) },
        ]
        const left = customer && forgetPaymentMethod(customer, method.id)
        if (customer !== undefined && left !== undefined && left !== customer) {
          await saveCustomer(sql, left)
          events.push({ type: 'customer.updated', object: customerToWire(left), before: customerToWire(customer) })
        }
        return { answer, events }
      }),
  }
}

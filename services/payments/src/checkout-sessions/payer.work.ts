import { assert, type NewId } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { EmittedEvent } from '@micro/service'
import { createCustomer, customerToWire } from '../customers/customer.ts'
import { insertCustomer, lockCustomer, saveCustomer } from '../customers/customer.store.ts'
import { createIntent } from '../payment-intents/new-intent.ts'
import type { Intent } from '../payment-intents/payment-intent.ts'
import { newClientSecret } from '../payment-intents/payment-intent.ids.ts'
import { insertIntent } from '../payment-intents/payment-intent.store.ts'
import { shippingOf } from '../payment-intents/payment-intent.texts.ts'
import { intentToWire } from '../payment-intents/payment-intent.wire.ts'
import type { Buyer } from './buyer.ts'
import { needsCustomer, type Session } from './checkout-session.ts'

type Person = Pick<Buyer, 'email' | 'name'>

/** What a buyer says of themselves. */
export const known = ({ email, name }: Person): { email?: string; name?: string } => ({
  ...(email === null ? {} : { email }),
  ...(name === null ? {} : { name }),
})
const isOther = (one: Person, { email, name }: Person): boolean =>
  (email !== null && email !== one.email) || (name !== null && name !== one.name)

/** Under the session's lock: who pays it, and the payment they make. */
export const createPayer = ({ newId }: { readonly newId: NewId }) => ({
  /** The customer that the buyer becomes where one is to be kept; of one that was made here, who they are. */
  async keepCustomer(
    sql: Sql,
    session: Session,
    { email, name }: Person,
    now: Date,
  ): Promise<{ id: string | null; events: readonly EmittedEvent[] }> {
    if (needsCustomer(session)) {
      const { merchant, mode } = session
      const customer = createCustomer(
        { merchant, mode, id: newId('customer'), now },
        { ...known({ email, name }), metadata: {} },
      )
      await insertCustomer(sql, customer)
      return { id: customer.id, events: [{ type: 'customer.created', object: customerToWire(customer) }] }
    }
    const isOurs = session.customer !== null && session.customer_creation !== null
    const current = isOurs ? await lockCustomer(sql, session, session.customer ?? '') : undefined
    if (current !== undefined && current.deleted_at === null && isOther(current, { email, name })) {
      const customer = { ...current, ...known({ email, name }) }
      await saveCustomer(sql, customer)
      const [object, before] = [customerToWire(customer), customerToWire(current)]
      return { id: session.customer, events: [{ type: 'customer.updated', object, before }] }
    }
    return { id: session.customer, events: [] }
  },

  /** The payment intent that the session names by now. */
  async makePayment(sql: Sql, session: Session, now: Date): Promise<{ intent: Intent; event: EmittedEvent }> {
    const { id, merchant, mode, customer, amount_total: amount, currency, intent_data: data } = session
    assert(session.payment_intent !== null && amount !== null && currency !== null, `${id} is of no payment`)
    const clientSecret = newClientSecret(session.payment_intent, newId)
    const intent = createIntent({
      ...{ id: session.payment_intent, merchant, mode, clientSecret, now, amount, currency },
      captureMethod: data.capture_method,
      customer: customer ?? undefined,
      description: data.description,
      metadata: data.metadata,
      receiptEmail: data.receipt_email,
      setupFutureUsage: data.setup_future_usage,
      shipping: data.shipping && shippingOf(data.shipping),
      statementDescriptor: data.statement_descriptor,
      statementDescriptorSuffix: data.statement_descriptor_suffix,
      transferGroup: data.transfer_group,
    })
    await insertIntent(sql, intent)
    return { intent, event: { type: 'payment_intent.created', object: intentToWire(intent) } }
  },
})

import { paymentsApi, type Charge as WireCharge, type Tenant } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { mergeMetadata, type Call, type Handlers, type Reply } from '@micro/service'
import type { Capturing } from '../captures/capturing.work.ts'
import { createChange, originOf, tenantOf } from '../change.ts'
import { namedCustomer } from '../customers/customer.lookup.ts'
import type { ConfirmWork } from '../payment-intents/confirm.work.ts'
import type { CreateWork, IntentTerms } from '../payment-intents/create.work.ts'
import type { Intent } from '../payment-intents/payment-intent.ts'
import { findIntent, lockIntent } from '../payment-intents/payment-intent.store.ts'
import { changedShipping, kept, shippingOf } from '../payment-intents/payment-intent.texts.ts'
import { intentPoint, parseRecoveryPoint } from '../payment-intents/recovery-point.ts'
import { chargeMissing, isChargeId } from './charge.ids.ts'
import { listCharges, searchCharges } from './charge.list.ts'
import { findCharge, saveNotes } from './charge.store.ts'
import type { ChargeDependencies } from './charge.work.ts'
import { chargeToWire } from './charge.wire.ts'
import type { Charge } from './charge.ts'

type Api = typeof paymentsApi
type ChargeHandlers = Handlers<
  Pick<Api, 'createCharge' | 'retrieveCharge' | 'updateCharge' | 'listCharges' | 'searchCharges' | 'captureCharge'>
>

const required = async (sql: Sql, tenant: Tenant, id: string): Promise<Charge> => {
  const charge = isChargeId(id) ? await findCharge(sql, tenant, id) : undefined
  if (charge === undefined) throw chargeMissing(id)
  return charge
}

const intentOf = async (sql: Sql, charge: Charge, find: typeof findIntent): Promise<Intent> => {
  const intent = await find(sql, charge, charge.payment_intent)
  assert(intent !== undefined, `the intent of ${charge.id} is gone`)
  return intent
}

/** @throws Fault charge_already_captured, charge_expired_for_capture, charge_not_authorised */
const requireAuthorised = ({ id: charge, status, captured, released_at }: Charge): void => {
  if (captured) throw new Fault('charge_already_captured', { charge })
  if (released_at !== null) throw new Fault('charge_expired_for_capture', { charge })
  if (status !== 'succeeded') throw new Fault('charge_not_authorised', { charge, status })
}

export const chargeHandlers = (
  deps: ChargeDependencies,
  { creations, confirmations, capturing }: { creations: CreateWork; confirmations: ConfirmWork; capturing: Capturing },
): ChargeHandlers => {
  const { db } = deps
  const change = createChange(deps)

  /** What is to be charged: the source that is named, or else the customer's own. */
  const methodOf = async ({ body, ...call }: Call<Api['createCharge']>): Promise<string> => {
    if (body.source !== undefined) return body.source
    if (body.customer === undefined) throw new Fault('parameter_missing', { param: 'source' })
    const owner = await namedCustomer(db.sql, tenantOf(call), body.customer)
    const method = owner.default_source ?? owner.default_payment_method
    if (method === null) throw new Fault('payment_method_missing', { param: 'source' })
    return method
  }

  /** The intent behind a charge of the older kind. */
  const createDraft = async (call: Call<Api['createCharge']>): Promise<string> => {
    const { body, idempotency } = call
    const terms: IntentTerms = {
      amount: BigInt(body.amount),
      currency: body.currency,
      captureMethod: body.capture === false ? 'manual' : 'automatic',
      customer: body.customer,
      description: body.description,
      metadata: body.metadata,
      paymentMethod: await methodOf(call),
      receiptEmail: body.receipt_email,
      shipping: body.shipping && shippingOf(body.shipping),
      statementDescriptor: body.statement_descriptor,
      statementDescriptorSuffix: body.statement_descriptor_suffix,
      transferGroup: body.transfer_group,
    }
    const noted = await creations.create(originOf(call), terms, (sql, intent) =>
      idempotency?.reach(sql, intentPoint(intent.id)),
    )
    return noted.id
  }

  const update = (call: Call<Api['updateCharge']>): Promise<WireCharge | Reply> =>
    change(call, paymentsApi.updateCharge, async (sql) => {
      const { params, body } = call
      const seen = await required(sql, tenantOf(call), params.id)
      const intent = await intentOf(sql, seen, lockIntent)
      // Read again under the lock of its intent, since what is told of it follows in the order of its changes.
      const before = await required(sql, tenantOf(call), params.id)
      const charge: Charge = {
        ...before,
        description: kept(before.metadata === null ? intent.description : before.description, body.description),
        metadata: mergeMetadata(before.metadata ?? intent.metadata, body.metadata),
        receipt_email: kept(before.receipt_email, body.receipt_email),
        shipping: changedShipping(before.shipping, body.shipping),
        fraud_details: { ...before.fraud_details, ...body.fraud_details },
        transfer_group: kept(before.transfer_group, body.transfer_group),
      }
      await saveNotes(sql, charge)
      const answer = chargeToWire(charge, intent)
      return { answer, events: [{ type: 'charge.updated', object: answer, before: chargeToWire(before, intent) }] }
    })

  return {
    async createCharge(call): Promise<Reply> {
      const point = parseRecoveryPoint(call.idempotency?.recoveryPoint)
      if (point?.kind === 'charge' && call.idempotency !== undefined)
        return confirmations.resume(tenantOf(call), point.id, call.idempotency)
      await confirmations.requireProcessor(tenantOf(call))
      return confirmations.confirm({
        tenant: tenantOf(call),
        intent: point?.id ?? (await createDraft(call)),
        terms: {},
        errorOnRequiresAction: true,
        surface: call.surface,
        requestId: call.requestId,
        claim: call.idempotency,
        answerStatus: 200,
        answerWith: 'charge',
      })
    },

    async retrieveCharge(call) {
      const charge = await required(db.sql, tenantOf(call), call.params.id)
      return chargeToWire(charge, await intentOf(db.sql, charge, findIntent))
    },

    updateCharge: update,

    listCharges: (call) => listCharges(db.sql, tenantOf(call), call.query),

    searchCharges: (call) => searchCharges(db, tenantOf(call), call.query),

    async captureCharge(call): Promise<Reply> {
      const { params, body } = call
      const charge = await required(db.sql, tenantOf(call), params.id)
      if (parseRecoveryPoint(call.idempotency?.recoveryPoint) === undefined) requireAuthorised(charge)
      return capturing.capture({
        tenant: tenantOf(call),
        intent: charge.payment_intent,
        amount: body.amount === undefined ? undefined : BigInt(body.amount),
        param: 'amount',
        metadata: undefined,
        texts: {
          receipt_email: body.receipt_email,
          statement_descriptor: body.statement_descriptor,
          statement_descriptor_suffix: body.statement_descriptor_suffix,
          transfer_group: body.transfer_group,
        },
        requestId: call.requestId,
        claim: call.idempotency,
        answerStatus: 200,
        answerWith: 'charge',
      })
    },
  }
}

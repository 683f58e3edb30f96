import { paymentsApi, successStatus } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Call, Handlers } from '@micro/service'
import { originOf, tenantOf } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import type { CancelWork } from './cancel.work.ts'
import type { Confirmation, ConfirmWork } from './confirm.work.ts'
import { knownIntent } from './client-secret.ts'
import type { CreateWork, IntentTerms } from './create.work.ts'
import type { Intent } from './payment-intent.ts'
import { intentMissing, isIntentId } from './payment-intent.ids.ts'
import { listIntents, searchIntents } from './payment-intent.list.ts'
import { findIntent } from './payment-intent.store.ts'
import { optionsOf, shippingOf } from './payment-intent.texts.ts'
import { intentToWire } from './payment-intent.wire.ts'
import { intentPoint, parseRecoveryPoint } from './recovery-point.ts'

type Api = typeof paymentsApi
type IntentHandlers = Handlers<
  Pick<
    Api,
    | 'createPaymentIntent'
    | 'retrievePaymentIntent'
    | 'listPaymentIntents'
    | 'searchPaymentIntents'
    | 'confirmPaymentIntent'
    | 'cancelPaymentIntent'
    | 'incrementAuthorization'
  >
>
export interface IntentWork {
  readonly creations: CreateWork
  readonly confirmations: ConfirmWork
  readonly cancellations: CancelWork
}

type CreateCall = Call<Api['createPaymentIntent']>
type ConfirmCall = Call<Api['confirmPaymentIntent']>

export const paymentIntentHandlers = (
  deps: ChargeDependencies,
  { creations, confirmations, cancellations }: IntentWork,
): IntentHandlers => {
  const { db } = deps

  /** Without confirm the answer is final with the intent; with it the key only notes that the intent exists. */
  const create = (call: CreateCall): Promise<Intent> => {
    const { body, idempotency } = call
    const terms: IntentTerms = {
      amount: BigInt(body.amount),
      currency: body.currency,
      captureMethod: body.capture_method,
      confirmationMethod: body.confirmation_method,
      automaticPaymentMethods: body.automatic_payment_methods,
      customer: body.customer,
      description: body.description,
      metadata: body.metadata,
      paymentMethod: body.payment_method,
      methodData: body.payment_method_data,
      options: optionsOf(null, body.payment_method_options) ?? undefined,
      receiptEmail: body.receipt_email,
      returnUrl: body.return_url,
      setupFutureUsage: body.setup_future_usage,
      shipping: body.shipping && shippingOf(body.shipping),
      statementDescriptor: body.statement_descriptor,
      statementDescriptorSuffix: body.statement_descriptor_suffix,
      transferGroup: body.transfer_group,
    }
    const status = successStatus(paymentsApi.createPaymentIntent, call.surface)
    return creations.create(originOf(call), terms, (sql, intent) =>
      body.confirm === true
        ? idempotency?.reach(sql, intentPoint(intent.id))
        : idempotency?.completeLast(sql, status, intentToWire(intent)),
    )
  }

  const confirmationOf = (
    call: CreateCall | ConfirmCall,
    given: Pick<Confirmation, 'intent' | 'terms' | 'answerStatus'>,
  ): Confirmation => ({
    tenant: tenantOf(call),
    errorOnRequiresAction: call.body.error_on_requires_action === true,
    surface: call.surface,
    requestId: call.requestId,
    claim: call.idempotency,
    ...given,
    terms: {
      returnUrl: call.body.return_url,
      offSession: call.body.off_session !== undefined && call.body.off_session !== false,
      ...given.terms,
    },
  })

  return {
    async createPaymentIntent(call) {
      if (call.body.confirm !== true) return intentToWire(await create(call))
      const point = parseRecoveryPoint(call.idempotency?.recoveryPoint)
      if (point?.kind === 'charge' && call.idempotency !== undefined) {
        return confirmations.resume(tenantOf(call), point.id, call.idempotency)
      }
      await confirmations.requireProcessor(tenantOf(call))
      return confirmations.confirm(
        confirmationOf(call, {
          intent: point?.id ?? (await create(call)).id,
          // Agreed on already, with the intent.
          terms: {},
          answerStatus: successStatus(paymentsApi.createPaymentIntent, call.surface),
        }),
      )
    },

    async retrievePaymentIntent(call) {
      const { id } = call.params
      const intent = isIntentId(id) ? await findIntent(db.sql, tenantOf(call), id) : undefined
      const { principal, query } = call
      return intentToWire(knownIntent(intent, id, { principal, clientSecret: query.client_secret }))
    },

    listPaymentIntents: (call) => listIntents(db.sql, tenantOf(call), call),

    searchPaymentIntents: (call) => searchIntents(db, tenantOf(call), call.query),

    async confirmPaymentIntent(call) {
      const { params, body, idempotency } = call
      if (!isIntentId(params.id)) throw intentMissing(params.id)
      // Without the lock: a client secret never changes.
      if (body.client_secret !== undefined) {
        const holder = { principal: call.principal, clientSecret: body.client_secret }
        knownIntent(await findIntent(db.sql, tenantOf(call), params.id), params.id, holder)
      }
      const point = parseRecoveryPoint(idempotency?.recoveryPoint)
      if (point !== undefined && idempotency !== undefined)
        return confirmations.resume(tenantOf(call), point.id, idempotency)
      return confirmations.confirm(
        confirmationOf(call, {
          intent: params.id,
          terms: {
            amount: body.amount_to_confirm === undefined ? undefined : BigInt(body.amount_to_confirm),
            paymentMethod: body.payment_method ?? body.payment_method_id,
            methodData: body.payment_method_data,
            captureMethod: body.capture_method,
            options: body.payment_method_options,
            receiptEmail: body.receipt_email,
            setupFutureUsage: body.setup_future_usage,
            shipping: body.shipping,
          },
          answerStatus: successStatus(paymentsApi.confirmPaymentIntent, call.surface),
        }),
      )
    },

    async cancelPaymentIntent(call) {
      const { params, body, idempotency } = call
      if (!isIntentId(params.id)) throw intentMissing(params.id)
      const status = successStatus(paymentsApi.cancelPaymentIntent, call.surface)
      const canceled = await cancellations.cancel({
        tenant: tenantOf(call),
        intent: params.id,
        reason: body.cancellation_reason,
        origin: originOf(call),
        answer: idempotency && { claim: idempotency, status },
      })
      return intentToWire(canceled)
    },

    async incrementAuthorization(call) {
      const { id } = call.params
      const intent = isIntentId(id) ? await findIntent(db.sql, tenantOf(call), id) : undefined
      if (intent === undefined) throw intentMissing(id)
      throw new Fault('increment_unsupported', { payment_intent: intentToWire(intent) })
    },
  }
}

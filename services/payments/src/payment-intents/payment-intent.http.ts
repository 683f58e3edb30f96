import { paymentsApi, successStatus, type Tenant } from '@micro/contracts'
import type { NewId } from '@micro/kernel'
import { appendOutbox, ringOutbox, type Call, type EventOrigin, type Handlers } from '@micro/service'
import { refuseWhileCharging } from '../charges/charge.guard.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import type { Confirmation, ConfirmWork } from './confirm.work.ts'
import { cancelIntent, createIntent, intentToWire, type Intent } from './payment-intent.ts'
import { intentMissing, isIntentId } from './payment-intent.ids.ts'
import { listIntents } from './payment-intent.list.ts'
import { findIntent, insertIntent, lockIntent, saveIntent } from './payment-intent.store.ts'
import { intentPoint, parseRecoveryPoint } from './recovery-point.ts'

type Api = typeof paymentsApi
type IntentHandlers = Handlers<
  Pick<
    Api,
    | 'createPaymentIntent'
    | 'retrievePaymentIntent'
    | 'listPaymentIntents'
    | 'confirmPaymentIntent'
    | 'cancelPaymentIntent'
  >
>
type CreateCall = Call<Api['createPaymentIntent']>

const tenantOf = ({ principal: { merchant, mode } }: { principal: Tenant }): Tenant => ({ merchant, mode })

// 95 bits of it are random: whoever knows the intent's id still cannot guess it.
const newClientSecret = (id: string, newId: NewId): string =>
  `${id}_secret_${newId('payment_intent').slice('pi_'.length)}`

export const paymentIntentHandlers = (deps: ChargeDependencies, confirmations: ConfirmWork): IntentHandlers => {
  const { db, clock, newId, bus } = deps
  const append = appendOutbox(deps)

  const originOf = (call: CreateCall | Call<Api['cancelPaymentIntent']>): EventOrigin => ({
    ...tenantOf(call),
    requestId: call.requestId,
    idempotencyKey: call.idempotency?.key ?? null,
  })

  const draft = (call: CreateCall): Intent => {
    const { body } = call
    const id = newId('payment_intent')
    return createIntent({
      id,
      ...tenantOf(call),
      clientSecret: newClientSecret(id, newId),
      now: clock.now(),
      amount: BigInt(body.amount),
      currency: body.currency,
      captureMethod: body.capture_method,
      automaticPaymentMethods: body.automatic_payment_methods,
      description: body.description,
      metadata: body.metadata,
      paymentMethod: body.payment_method,
      receiptEmail: body.receipt_email,
      statementDescriptor: body.statement_descriptor,
    })
  }

  /** Without confirm the answer is final with the intent; with it the key only notes that the intent exists. */
  const create = async (call: CreateCall): Promise<Intent> => {
    const intent = draft(call)
    const status = successStatus(paymentsApi.createPaymentIntent, call.surface)
    // Sent together, run in order.
    await db.transaction((sql) =>
      Promise.all([
        insertIntent(sql, intent),
        append(sql, originOf(call), [{ type: 'payment_intent.created', object: intentToWire(intent) }]),
        call.body.confirm === true
          ? call.idempotency?.reach(sql, intentPoint(intent.id))
          : call.idempotency?.complete(sql, status, intentToWire(intent)),
      ]),
    )
    ringOutbox(bus, 'payments')
    return intent
  }

  const confirmationOf = (
    call: CreateCall | Call<Api['confirmPaymentIntent']>,
    given: Pick<Confirmation, 'intent' | 'paymentMethod' | 'answerStatus'>,
  ): Confirmation => ({
    tenant: tenantOf(call),
    receiptEmail: call.body.receipt_email,
    surface: call.surface,
    requestId: call.requestId,
    claim: call.idempotency,
    ...given,
  })

  return {
    async createPaymentIntent(call) {
      if (call.body.confirm !== true) return intentToWire(await create(call))
      const point = parseRecoveryPoint(call.idempotency?.recoveryPoint)
      if (point?.kind === 'charge' && call.idempotency !== undefined) {
        return confirmations.resume(tenantOf(call), point.id, call.idempotency)
      }
      confirmations.requireProcessor(tenantOf(call))
      return confirmations.confirm(
        confirmationOf(call, {
          intent: point?.id ?? (await create(call)).id,
          paymentMethod: call.body.payment_method,
          answerStatus: successStatus(paymentsApi.createPaymentIntent, call.surface),
        }),
      )
    },

    async retrievePaymentIntent(call) {
      const { id } = call.params
      const intent = isIntentId(id) ? await findIntent(db.sql, tenantOf(call), id) : undefined
      if (intent === undefined) throw intentMissing(id)
      return intentToWire(intent)
    },

    listPaymentIntents: (call) => listIntents(db.sql, tenantOf(call), call),

    async confirmPaymentIntent(call) {
      const { params, body, idempotency } = call
      if (!isIntentId(params.id)) throw intentMissing(params.id)
      const point = parseRecoveryPoint(idempotency?.recoveryPoint)
      if (point !== undefined && idempotency !== undefined)
        return confirmations.resume(tenantOf(call), point.id, idempotency)
      return confirmations.confirm(
        confirmationOf(call, {
          intent: params.id,
          paymentMethod: body.payment_method ?? body.payment_method_id,
          answerStatus: successStatus(paymentsApi.confirmPaymentIntent, call.surface),
        }),
      )
    },

    async cancelPaymentIntent(call) {
      const { params, body, idempotency } = call
      if (!isIntentId(params.id)) throw intentMissing(params.id)
      const canceled = await db.transaction(async (sql) => {
        const current = await lockIntent(sql, tenantOf(call), params.id)
        if (current === undefined) throw intentMissing(params.id)
        const now = clock.now()
        await refuseWhileCharging(sql, current, now)
        const intent = cancelIntent(current, { reason: body.cancellation_reason, now })
        const status = successStatus(paymentsApi.cancelPaymentIntent, call.surface)
        await Promise.all([
          saveIntent(sql, intent),
          append(sql, originOf(call), [{ type: 'payment_intent.canceled', object: intentToWire(intent) }]),
          idempotency?.complete(sql, status, intentToWire(intent)),
        ])
        return intent
      })
      ringOutbox(bus, 'payments')
      return intentToWire(canceled)
    },
  }
}

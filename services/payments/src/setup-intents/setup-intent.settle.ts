import type { SetupError } from '@micro/contracts'
import type { Clock, NewId } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { EmittedEvent } from '@micro/service'
import type { Change } from '../change.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import { declineAnswer } from '../payment-methods/decline.ts'
import { paymentMethodToWire, type PaymentMethod } from '../payment-methods/payment-method.ts'
import { savePaymentMethod } from '../payment-methods/payment-method.store.ts'
import type { PaymentMethodWork } from '../payment-methods/payment-method.work.ts'
import type { Decline, Verification } from '../processors/processor.ts'
import { newAttempt, type SetupAttempt } from './setup-attempt.ts'
import { endOpenAttempt, insertSetupAttempt } from './setup-attempt.store.ts'
import { challengeSetup, declineSetup, succeedSetup, type SetupIntent } from './setup-intent.ts'
import { saveSetupIntent } from './setup-intent.store.ts'
import { setupIntentToWire } from './setup-intent.wire.ts'

/** A confirmed intent, its payment method, and the locks of both and of the customer held. */
export interface Confirmed {
  readonly intent: SetupIntent
  readonly method: PaymentMethod
}

const setupError = ({ code, declineCode, adviceCode, message, param }: Decline, method: PaymentMethod): SetupError => ({
  ...(adviceCode === undefined ? {} : { advice_code: adviceCode }),
  code,
  decline_code: declineCode,
  message,
  ...(param === undefined ? {} : { param }),
  payment_method: paymentMethodToWire(method),
  payment_method_type: 'card',
  type: 'card_error',
})

/** Keeps a verified payment method for later: at its customer where there is one. Resolves with what to tell. */
export const keepMethod = async (
  sql: Sql,
  { intent, method }: Confirmed,
  methods: PaymentMethodWork,
): Promise<EmittedEvent[]> => {
  const kept = { ...method, set_up: method.set_up || intent.usage === 'off_session' }
  if (intent.customer !== null && method.status === 'fresh')
    return (await methods.attach(sql, kept, intent.customer)).events
  await savePaymentMethod(sql, kept)
  return []
}

/** Writes down what the processor made of a confirmation, with the attempt that it was. */
export const createSettlement =
  (
    deps: { clock: Clock; newId: NewId; authenticationUrl: (authentication: string) => string },
    methods: PaymentMethodWork,
  ) =>
  async (sql: Sql, { intent: current, method }: Confirmed, outcome: Verification): Promise<Change<object>> => {
    const now = await merchantNow(sql, current, deps.clock)
    const id = deps.newId('setup_attempt')
    const save = async (intent: SetupIntent, rest: Pick<SetupAttempt, 'status' | 'setup_error'>): Promise<void> => {
      await endOpenAttempt(sql, current, current.id, { status: 'abandoned', error: null })
      await insertSetupAttempt(sql, newAttempt(intent, method, { id, created_at: now, ...rest }))
      await saveSetupIntent(sql, intent)
    }
    const confirmed = { attempt: id, paymentMethod: method.id }
    if (outcome.kind === 'verified') {
      const intent = succeedSetup(current, confirmed)
      await save(intent, { status: 'succeeded', setup_error: null })
      const events = await keepMethod(sql, { intent, method }, methods)
      const answer = setupIntentToWire(intent)
      return { answer, events: [...events, { type: 'setup_intent.succeeded', object: answer }] }
    }
    if (outcome.kind === 'authentication_required') {
      const authentication = deps.newId('authentication')
      const url = deps.authenticationUrl(authentication)
      const intent = challengeSetup(current, { ...confirmed, authentication, url })
      await save(intent, { status: 'requires_action', setup_error: null })
      const answer = setupIntentToWire(intent)
      return { answer, events: [{ type: 'setup_intent.requires_action', object: answer }] }
    }
    const error = setupError(outcome, method)
    const intent = declineSetup(current, id, error)
    await save(intent, { status: 'failed', setup_error: error })
    const shown = setupIntentToWire(intent)
    const { status, body } = declineAnswer(outcome, { payment_method: error.payment_method, setup_intent: shown })
    return { answer: body, status, events: [{ type: 'setup_intent.setup_failed', object: shown }] }
  }

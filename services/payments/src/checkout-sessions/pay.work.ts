import { paymentsApi, type Tenant } from '@micro/contracts'
import { assert, errorBody, Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { appendOutbox, reply, ringOutbox, type EmittedEvent, type Reply } from '@micro/service'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import type { ConfirmWork } from '../payment-intents/confirm.work.ts'
import { newClientSecret } from '../payment-intents/payment-intent.ids.ts'
import { createSetupIntent } from '../setup-intents/setup-intent.ts'
import { insertSetupIntent } from '../setup-intents/setup-intent.store.ts'
import { setupIntentToWire } from '../setup-intents/setup-intent.wire.ts'
import type { SetupIntentWork } from '../setup-intents/setup-intent.work.ts'
import { createToken } from '../tokens/token.ts'
import { insertToken } from '../tokens/token.store.ts'
import type { Buyer } from './buyer.ts'
import { isOpen, type Session } from './checkout-session.ts'
import { lockSession, saveSession } from './checkout-session.store.ts'
import { createPayer, known } from './payer.work.ts'

/** What a buyer's attempt came to. */
export type Attempt =
  /** The card was accepted, or the session had ended before. */
  | { readonly kind: 'over' }
  /** The card's holder has to prove to be one, on this page. */
  | { readonly kind: 'action'; readonly url: string }
  /** It is not known yet, or somebody else is paying just now. */
  | { readonly kind: 'busy' }
  /** In the card network's own words, of which `param` names what of the card is wrong; `told` is the API's answer. */
  | { readonly kind: 'declined'; readonly message: string; readonly param: string | undefined; readonly told: Reply }

export interface PayWork {
  /** Pays an open session. However often and by how many it is asked, money is taken once. */
  pay(session: Session, buyer: Buyer, requestId: string): Promise<Attempt>
}

interface Told {
  readonly error?: { readonly message: string; readonly param?: string }
  readonly status?: string
  readonly next_action?: { readonly redirect_to_url?: { readonly url: string } } | null
}

const attemptOf = (told: Reply): Attempt => {
  const { error, status, next_action: action } = told.body as Told
  if (error !== undefined) return { kind: 'declined', message: error.message, param: error.param, told }
  if (status === 'processing') return { kind: 'busy' }
  const url = action?.redirect_to_url?.url
  return status === 'requires_action' && url !== undefined ? { kind: 'action', url } : { kind: 'over' }
}

const ended: ReadonlySet<string> = new Set(['payment_intent_unexpected_state', 'setup_intent_unexpected_state'])

export const createPayWork = (
  deps: ChargeDependencies,
  { confirmations, setups }: { confirmations: ConfirmWork; setups: SetupIntentWork },
): PayWork => {
  const { db, clock, newId, bus } = deps
  const append = appendOutbox(deps)
  const payer = createPayer(deps)

  const makeSetup = async (sql: Sql, session: Session, now: Date): Promise<EmittedEvent> => {
    const { merchant, mode, customer, intent_data: data } = session
    assert(session.setup_intent !== null, `${session.id} sets up nothing`)
    const clientSecret = newClientSecret(session.setup_intent, newId)
    const intent = createSetupIntent(
      { merchant, mode, id: session.setup_intent, clientSecret, now },
      { ...(customer === null ? {} : { customer }), ...(data.description && { description: data.description }) },
      { metadata: data.metadata ?? {}, paymentMethod: null },
    )
    await insertSetupIntent(sql, intent)
    return { type: 'setup_intent.created', object: setupIntentToWire(intent) }
  }

  /** What the intent is confirmed with: a card that was typed is kept as a token, which is used once. */
  const methodOf = async (sql: Sql, tenant: Tenant, { means }: Buyer, now: Date): Promise<string> => {
    if ('paymentMethod' in means) return means.paymentMethod
    const times = { now: deps.clock.now(), merchantNow: now }
    const identity = { ...tenant, id: newId('token'), card_id: newId('card'), ...times }
    const { alias: number, ...entered } = means.card
    const token = createToken(identity, { number, ...entered, cvc: 'given' })
    await insertToken(sql, token)
    return token.id
  }

  /** The session with its intent, which is made the first time; nothing of a session that is not open. */
  const begin = async (seen: Session, buyer: Buyer, requestId: string) => {
    const { merchant, mode } = seen
    const begun = await db.transaction(async (sql) => {
      const current = await lockSession(sql, seen, seen.id)
      const now = await merchantNow(sql, seen, clock)
      if (current === undefined || !isOpen(current, now)) return undefined
      const kept = await payer.keepCustomer(sql, current, buyer, now)
      const isPayment = current.purpose === 'payment'
      const isNew = (current.payment_intent ?? current.setup_intent) === null
      const session: Session = {
        ...current,
        customer: kept.id,
        buyer_email: buyer.email ?? current.buyer_email,
        buyer_name: buyer.name ?? current.buyer_name,
        payment_intent: isPayment ? (current.payment_intent ?? newId('payment_intent')) : null,
        setup_intent: isPayment ? null : (current.setup_intent ?? newId('setup_intent')),
      }
      const make = async () =>
        isPayment ? (await payer.makePayment(sql, session, now)).event : makeSetup(sql, session, now)
      const made = isNew ? [await make()] : []
      const method = await methodOf(sql, { merchant, mode }, buyer, now)
      await saveSession(sql, session)
      const events = [...kept.events, ...made]
      if (events.length > 0) await append(sql, { merchant, mode, requestId, idempotencyKey: null }, events)
      return { session, method }
    })
    ringOutbox(bus, 'payments')
    return begun
  }

  const confirm = ({ session, method }: { session: Session; method: string }, buyer: Buyer, requestId: string) => {
    const tenant: Tenant = { merchant: session.merchant, mode: session.mode }
    if (session.payment_intent === null) {
      const call = {
        principal: { kind: 'session', ...tenant },
        requestId,
        surface: 'stripe',
        idempotency: undefined,
      } as const
      const terms = { paymentMethod: method, returnUrl: session.url }
      return setups.confirm(call, paymentsApi.confirmSetupIntent, session.setup_intent ?? '', terms)
    }
    const billing_details = known(buyer)
    const means =
      'card' in buyer.means
        ? { methodData: { type: 'card', card: { token: method }, billing_details } as const }
        : { paymentMethod: method }
    return confirmations.confirm({
      tenant,
      intent: session.payment_intent,
      terms: {
        amount: session.amount_total ?? undefined,
        currency: session.currency ?? undefined,
        ...means,
        returnUrl: session.url,
      },
      errorOnRequiresAction: false,
      surface: 'stripe',
      requestId,
      claim: undefined,
      answerStatus: 200,
    })
  }

  return {
    async pay(seen, buyer, requestId) {
      const begun = await begin(seen, buyer, requestId)
      if (begun === undefined) return { kind: 'over' }
      try {
        return attemptOf(await confirm(begun, buyer, requestId))
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        if (error.code === 'lock_timeout') return { kind: 'busy' }
        // Paid or ended by somebody else meanwhile: the session tells.
        if (ended.has(error.code)) return { kind: 'over' }
        if (error.code === 'processing_error') return attemptOf(reply(error.spec.status, errorBody(error)))
        throw error
      }
    },
  }
}

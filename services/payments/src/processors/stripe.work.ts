import Stripe from 'stripe'
import { assert, type Clock } from '@micro/kernel'
import type { KeptCard, KeyVerdict } from './live.ts'
import type { CaptureOutcome, ChargeRequest, ProcessorOutcome } from './processor.ts'
import type { RefundOutcome, RefundRequest } from './refunding.ts'
import { isPaymentOf, isRefundOf, PaymentDiffers } from './same-payment.ts'
import {
  declineOfError,
  endingOfIntent,
  isRefusal,
  isUntouched,
  keptCardOf,
  outcomeOfIntent,
  outcomeOfRefund,
  paymentOf,
  refundThereOf,
  verdictOf,
} from './stripe.ts'

export interface Connection {
  readonly url: string
  readonly secretKey: string
  readonly clock: Clock
  /** Ends every request under way once nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined
  /** Sends requests; another one in tests. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** A charge there, by Micro's id, since when it may have been sent, and the processor's id where that is known. */
export interface SentCharge {
  readonly id: string
  readonly sentAt: Date
  readonly processorId: string | null
  /** What was asked for, in minor units. */
  readonly amount: bigint
  readonly currency: string
  readonly captureMethod: 'automatic' | 'manual'
}

/** A refund there, by Micro's id. */
export interface SentRefundThere {
  readonly id: string
  readonly amount: bigint
  readonly currency: string
  readonly processor_id: string | null
}

/** One account at Stripe, or at whoever is compatible with it; what its methods promise stands at `Processor`. */
export type StripeAccount = ReturnType<typeof stripeAccount>

const timeoutMs = 30_000
/** So much may a processor's clock differ from the one here: what it made is looked for from as long before it was sent. */
export const clockSkewMs = 5 * 60_000
/** A search is behind what was just made by so much, usually; only then it is worth asking. */
const searchableAfterMs = 2 * 60_000
const seenMax = 10_000
/** So many payments may bear one charge's name, in a search: one of them is the charge's, the others are anybody's. */
const namesakesMax = 20

/** Whether a payment bears a charge's name, and whether it is the charge's. */
const likeness = (intent: Stripe.PaymentIntent, charge: SentCharge): 'same' | 'differs' | undefined => {
  if (intent.metadata['micro_charge'] !== charge.id) return undefined
  const sent = { ...charge, capture_method: charge.captureMethod, processor_id: charge.processorId }
  return isPaymentOf(paymentOf(intent), sent) ? 'same' : 'differs'
}

/** Tells the official client's requests to end when nobody waits any more, and each answer's `Date`, when it has one. */
const sender =
  ({ signal, fetch = globalThis.fetch }: Connection, heard: (theirsMs: number) => void): typeof fetch =>
  async (address, init) => {
    const signals = [init?.signal, signal].filter((each) => each !== undefined && each !== null)
    // Nobody but the host that the operator allowed is sent to.
    const answer = await fetch(address, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
    const theirsMs = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(theirsMs)) heard(theirsMs)
    return answer
  }

/** The official client for one account; `heard` is told by each answer what time it is there. */
export const clientOf = (connection: Connection, heard: (theirsMs: number) => void = () => {}): Stripe => {
  const { url, secretKey } = connection
  const { hostname, port, protocol } = new URL(url)
  return new Stripe(secretKey, {
    host: hostname,
    protocol: protocol === 'http:' ? 'http' : 'https',
    ...(port === '' ? {} : { port }),
    httpClient: Stripe.createFetchHttpClient(sender(connection, heard)),
    telemetry: false,
    timeout: timeoutMs,
    // Every second sending is decided on by whoever asked, after a look.
    maxNetworkRetries: 0,
  })
}

export const stripeAccount = (connection: Connection) => {
  const { clock } = connection
  let skewMs = 0
  const stripe = clientOf(connection, (theirsMs) => (skewMs = Math.abs(clock.now().getTime() - theirsMs)))

  /** Undefined says nothing: a search lags behind, and not everybody answers one. What it finds is looked at anew. */
  const searchIntent = async (charge: SentCharge): Promise<Stripe.PaymentIntent | undefined> => {
    const query = `metadata['micro_charge']:'${charge.id}'`
    const found = await stripe.paymentIntents.search({ query, limit: namesakesMax }).catch(() => undefined)
    const intent = found?.data.find((each) => likeness(each, charge) === 'same')
    return intent && stripe.paymentIntents.retrieve(intent.id)
  }

  /**
   * Undefined: there is none, for certain. All that was made since it may have been sent is looked through.
   * @throws PaymentDiffers when only something else bears its name
   * @throws AssertionError when that is too much, or the processor's clock leaves in doubt since when to look
   */
  const listIntent = async (charge: SentCharge): Promise<Stripe.PaymentIntent | undefined> => {
    const { id, sentAt } = charge
    let namesake: string | undefined
    const created = { gte: Math.floor((sentAt.getTime() - clockSkewMs) / 1_000) }
    let last: { readonly starting_after?: string } = {}
    for (let seen = 0; seen < seenMax; seen += 100) {
      const page = await stripe.paymentIntents.list({ created, limit: 100, ...last })
      assert(skewMs < clockSkewMs, `the clock of the processor of ${id} is ${skewMs} ms off`)
      const found = page.data.find((intent) => likeness(intent, charge) === 'same')
      if (found !== undefined) return found
      namesake ??= page.data.find((intent) => likeness(intent, charge) === 'differs')?.id
      const end = page.data.at(-1)
      if (!page.has_more || end === undefined) {
        if (namesake !== undefined) throw new PaymentDiffers(`${namesake} bears the name of ${id}, and is not it`)
        return undefined
      }
      last = { starting_after: end.id }
    }
    assert(false, `charge ${id} is not among the newest ${seenMax} payments of its processor`)
  }

  const findIntent = async (charge: SentCharge): Promise<Stripe.PaymentIntent | undefined> => {
    if (charge.processorId !== null) return stripe.paymentIntents.retrieve(charge.processorId)
    const sinceMs = clock.now().getTime() - charge.sentAt.getTime()
    const found = sinceMs > searchableAfterMs ? await searchIntent(charge) : undefined
    return found ?? listIntent(charge)
  }

  const endingOf = async (charge: SentCharge): Promise<CaptureOutcome | undefined> => {
    const intent = await findIntent(charge)
    return intent === undefined ? { kind: 'lapsed' } : endingOfIntent(intent)
  }

  return {
    async charge(request: ChargeRequest): Promise<ProcessorOutcome> {
      try {
        const intent = await stripe.paymentIntents.create(
          {
            amount: Number(request.amount),
            currency: request.currency,
            payment_method: request.paymentMethod,
            // Nobody could be sent anywhere from here.
            automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
            capture_method: request.capture ? 'automatic' : 'manual',
            confirm: true,
            error_on_requires_action: true,
            ...(request.offSession ? { off_session: true } : {}),
            metadata: { micro_charge: request.id },
          },
          { idempotencyKey: request.id },
        )
        const outcome = outcomeOfIntent(intent)
        assert(outcome !== undefined, `charge ${request.id} is not decided yet at its processor`)
        return outcome
      } catch (error) {
        const decline = declineOfError(error)
        if (decline === undefined) throw error
        return decline
      }
    },

    async find(charge: SentCharge): Promise<ProcessorOutcome | undefined> {
      const intent = await findIntent(charge)
      if (intent === undefined || isUntouched(intent)) return undefined
      const outcome = outcomeOfIntent(intent)
      assert(outcome !== undefined, `charge ${charge.id} is not decided yet at its processor`)
      return outcome
    },

    async capture(charge: SentCharge, amount: bigint): Promise<CaptureOutcome> {
      assert(charge.processorId !== null, `charge ${charge.id} is to be captured and was not authorised`)
      try {
        const intent = await stripe.paymentIntents.capture(
          charge.processorId,
          { amount_to_capture: Number(amount) },
          { idempotencyKey: `${charge.id}:capture` },
        )
        const ending = endingOfIntent(intent)
        assert(ending !== undefined, `charge ${charge.id} is not captured yet at its processor`)
        return ending
      } catch (error) {
        // It refuses what was captured or given back meanwhile; which of the two it was, it tells.
        const ending = isRefusal(error) ? await endingOf(charge) : undefined
        if (ending === undefined) throw error
        return ending
      }
    },

    findCapture: endingOf,

    async void(charge: SentCharge): Promise<void> {
      const intent = await findIntent(charge)
      if (intent?.status !== 'requires_capture') return
      await stripe.paymentIntents.cancel(intent.id, {}, { idempotencyKey: `${charge.id}:void` })
    },

    async refund({ id, amount }: RefundRequest, paymentIntent: string): Promise<RefundOutcome> {
      try {
        const refund = await stripe.refunds.create(
          { payment_intent: paymentIntent, amount: Number(amount), metadata: { micro_refund: id } },
          { idempotencyKey: id },
        )
        return outcomeOfRefund(refund)
      } catch (error) {
        if (!isRefusal(error)) throw error
        return { kind: 'failed', processorId: `refused_${id}`, reason: 'declined' }
      }
    },

    /** @throws PaymentDiffers when only another refund bears its name */
    async findRefund(sent: SentRefundThere, paymentIntent: string): Promise<RefundOutcome | undefined> {
      let namesake: string | undefined
      for await (const refund of stripe.refunds.list({ payment_intent: paymentIntent, limit: 100 })) {
        if (refund.metadata?.['micro_refund'] !== sent.id) continue
        if (isRefundOf(refundThereOf(refund), sent, paymentIntent)) return outcomeOfRefund(refund)
        namesake = refund.id
      }
      if (namesake !== undefined) throw new PaymentDiffers(`${namesake} bears the name of ${sent.id}, and is not it`)
      return undefined
    },

    async cancelRefund(processorId: string): Promise<RefundOutcome> {
      try {
        return outcomeOfRefund(await stripe.refunds.cancel(processorId))
      } catch (error) {
        if (!isRefusal(error)) throw error
        return outcomeOfRefund(await stripe.refunds.retrieve(processorId))
      }
    },

    /** Reads one payment, which moves nothing and which every key needs to be allowed. */
    async check(payment: string | null): Promise<KeyVerdict> {
      try {
        await (payment === null ? stripe.paymentIntents.list({ limit: 1 }) : stripe.paymentIntents.retrieve(payment))
        return 'taken'
      } catch (error) {
        return verdictOf(error)
      }
    },

    async describe(paymentMethod: string): Promise<KeptCard | undefined> {
      try {
        return keptCardOf(await stripe.paymentMethods.retrieve(paymentMethod))
      } catch (error) {
        if (isRefusal(error)) return undefined
        throw error
      }
    },
  }
}

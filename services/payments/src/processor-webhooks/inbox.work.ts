import { addMs, assert } from '@micro/kernel'
import { within, type Worker } from '@micro/service'
import { createQueue } from '../background/queue.work.ts'
import type { Charge } from '../charges/charge.ts'
import { findCharge, isRequestAtWork } from '../charges/charge.store.ts'
import type { ChargeDependencies, ChargeWork } from '../charges/charge.work.ts'
import type { HostedWork } from '../checkout-sessions/hosted.work.ts'
import type { DisputeWork } from '../disputes/dispute.work.ts'
import type { CancelWork } from '../payment-intents/cancel.work.ts'
import { isUnsent } from '../refunds/refund.settlement.ts'
import { findRefund } from '../refunds/refund.store.ts'
import type { ToldPayoutWork } from '../payouts/told-payout.work.ts'
import type { FeeWork } from '../processor-fees/processor-fee.work.ts'
import { insertLiveLines } from '../reconciliation/live-settlement.store.ts'
import type { RefundWork } from '../refunds/refund.work.ts'
import { isPaymentOf, isRefundOf, type PaymentThere } from '../processors/same-payment.ts'
import type { Told } from '../processors/telling.ts'
import { deferEvent, saveWorked, takeDueEvents, type InboxEvent } from './inbox.store.ts'

const batchSize = 20
const everyMs = 2_000
/** Nobody waits for it, so a slow answer is better than none. */
const answerMsMax = 30_000
const leaseMs = 60_000
const retryMsMin = 2_000
const retryMsMax = 60 * 60_000
const givenUpAfterMs = 7 * 24 * 60 * 60_000

export interface Inbox {
  /** Asks about what processors named, and writes down what they answer. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

export interface InboxWork {
  readonly charges: ChargeWork
  readonly fees: FeeWork
  readonly cancellations: CancelWork
  readonly refunds: RefundWork
  readonly disputes: DisputeWork
  readonly payouts: ToldPayoutWork
  readonly hosted: Pick<HostedWork, 'hear' | 'ring'>
}

/** What became of one event; `early`: what it is about is not that far here, so it is asked about again. */
type Heard = 'heard' | 'ignored' | 'early'

/**
 * Hears what live processors tell. An event names a thing and no more: how that stands the processor is asked, so one that
 * is forged, old, or comes before another changes nothing that did not happen. Hearing it again changes nothing either.
 */
export const createInbox = (deps: ChargeDependencies, work: InboxWork): Inbox => {
  const { db, clock, log } = deps

  const facts = ({ processor, id, type, object }: InboxEvent) => ({ processor, event: id, type, object })

  /** The charge that a payment there is of; undefined: it is none of this merchant's that went to this processor. */
  const chargeOf = async (event: InboxEvent, name: string, payment: PaymentThere): Promise<Charge | undefined> => {
    let charge = await findCharge(db.sql, event, name)
    if (charge === undefined) {
      // Made on a page of the processor's, perhaps, of which nobody here has heard yet.
      await work.hosted.ring(event, name)
      charge = await findCharge(db.sql, event, name)
    }
    if (charge === undefined || charge.processor !== event.processor) return undefined
    if (isPaymentOf(payment, charge)) return charge
    const { id, amount, currency } = payment
    log.error({ ...facts(event), charge: charge.id, payment: id, amount, currency }, 'processor.payment_differs')
    return undefined
  }

  const hearCharge = async (event: InboxEvent, told: Told & { kind: 'charge' }): Promise<Heard> => {
    const charge = await chargeOf(event, told.charge, told.payment)
    if (charge === undefined) return 'ignored'
    if (charge.status === 'pending') {
      if (told.outcome === undefined) return 'ignored'
      // Whoever asked for it is about to be answered with the same.
      if (await isRequestAtWork(db.sql, charge, clock.now())) return 'early'
      await work.charges.settle(charge, told.outcome)
      return 'heard'
    }
    if (charge.status !== 'succeeded' || charge.captured || charge.released_at !== null || !told.canceled)
      return 'ignored'
    const { merchant, mode } = event
    await work.cancellations.expire({
      tenant: { merchant, mode },
      intent: charge.payment_intent,
      charge: charge.id,
      reason: 'expired',
      origin: { merchant, mode, requestId: null, idempotencyKey: null },
    })
    return 'heard'
  }

  const hearRefund = async (event: InboxEvent, told: Told & { kind: 'refund' }): Promise<Heard> => {
    const refund = await findRefund(db.sql, event, told.refund)
    const charge = refund && (await findCharge(db.sql, event, refund.charge))
    if (refund === undefined || charge?.processor !== event.processor) return 'ignored'
    if (!isRefundOf(told.there, refund, charge.processor_id)) {
      const { id, amount, currency } = told.there
      log.error({ ...facts(event), refund: refund.id, there: id, amount, currency }, 'processor.refund_differs')
      return 'ignored'
    }
    if (isUnsent(refund) && refund.leased_until > clock.now()) return 'early'
    await work.refunds.settle(refund, told.outcome, { requestId: refund.request_id, idempotencyKey: null })
    return 'heard'
  }

  const hearDispute = async (event: InboxEvent, told: Told & { kind: 'dispute' }): Promise<Heard> => {
    const { dispute, currency, decision } = told
    const charge = await chargeOf(event, dispute.charge, told.payment)
    if (charge === undefined) return 'ignored'
    if (charge.currency !== currency) {
      log.error({ charge: charge.id, dispute: dispute.id, currency }, 'dispute.in_another_currency')
      return 'ignored'
    }
    if (!(await work.disputes.open(dispute))) return 'early'
    const stands = decision === undefined || (await work.disputes.decide(dispute.id, decision))
    await insertLiveLines(db.sql, event, { lines: told.lines, now: clock.now() })
    await work.fees.book(event, told.lines)
    return stands ? 'heard' : 'ignored'
  }

  const hearSettled = async (event: InboxEvent, told: Told & { kind: 'settled' }): Promise<Heard> => {
    const charge = await chargeOf(event, told.charge, told.payment)
    if (charge === undefined) return 'ignored'
    const isTold = told.lines.length > 0
    // An authorisation has nothing to tell yet: its capture is told by an event of its own.
    const isExpected = charge.capture_method === 'automatic' && charge.status !== 'failed'
    const isTaken = charge.status === 'succeeded' && charge.captured
    // What was taken there and is not here yet is booked when it is told again.
    const isEarly = isTold ? !isTaken && charge.status !== 'failed' && charge.released_at === null : isExpected
    await insertLiveLines(db.sql, event, { lines: told.lines, now: clock.now() })
    await work.fees.book(event, told.lines)
    return isEarly ? 'early' : 'heard'
  }

  const hear = async (event: InboxEvent): Promise<Heard> => {
    const { live } = deps.processors
    assert(live !== undefined, `event ${event.id} is of live mode, which is not there`)
    const teller = await live.teller(event, event.processor)
    const told = await within(answerMsMax, () => teller.about(event.object, clock.now()))
    if (told === undefined) return 'ignored'
    if (told.kind === 'charge') return hearCharge(event, told)
    if (told.kind === 'payout') return (await work.payouts.hear(event, told.payout)) ? 'heard' : 'early'
    if (told.kind === 'page') return (await work.hosted.hear(event, told.session, told.page)) ? 'heard' : 'ignored'
    if (told.kind === 'settled') return hearSettled(event, told)
    return told.kind === 'refund' ? hearRefund(event, told) : hearDispute(event, told)
  }

  const later = async (event: InboxEvent, error: unknown): Promise<void> => {
    const now = clock.now()
    if (now.getTime() - event.received_at.getTime() > givenUpAfterMs) {
      log.error({ err: error, ...facts(event) }, 'processor_event.given_up')
      await saveWorked(db.sql, event, { outcome: 'given_up', now })
      return
    }
    const retryMs = Math.min(retryMsMax, retryMsMin * 2 ** Math.min(event.attempts, 12))
    log.warn({ err: error, ...facts(event), retry_ms: retryMs }, 'processor_event.not_heard')
    await deferEvent(db.sql, event, addMs(now, retryMs))
  }

  const workOff = async (event: InboxEvent): Promise<void> => {
    let heard: Heard
    try {
      heard = await hear(event)
    } catch (error) {
      return later(event, error)
    }
    if (heard === 'early') return later(event, undefined)
    await saveWorked(db.sql, event, { outcome: heard, now: clock.now() })
    log.info({ ...facts(event), outcome: heard }, 'processor_event.heard')
  }

  return createQueue<InboxEvent>(deps, {
    name: 'payments.processor-events',
    work: 'processor_event',
    everyMs,
    batchSize,
    leased: true,
    idOf: ({ processor, id }) => `${processor}/${id}`,
    take: (turn) => {
      const now = clock.now()
      return takeDueEvents(db.sql, { ...turn, now, until: addMs(now, leaseMs) })
    },
    async one(event) {
      await workOff(event)
      return 'done'
    },
  })
}

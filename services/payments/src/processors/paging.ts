import type { KeptCard } from './live.ts'
import type { ProcessorOutcome } from './processor.ts'
import { isPaymentOf, type PaymentThere } from './same-payment.ts'

/** One line of what a page sells: `quantity` of them at `unit` minor units each. */
export interface PageLine {
  readonly name: string
  readonly unit: bigint
  readonly quantity: number
}

/** A page that is, or was, asked for, by Micro's ids. Amount in minor units. */
export interface PageSent {
  readonly session: string
  /** What the payment made on it is called here. */
  readonly charge: string
  readonly amount: bigint
  readonly currency: string
  readonly captureMethod: 'automatic' | 'manual'
  /** Since when it may have been sent. */
  readonly sentAt: Date
  /** Null: not known yet. */
  readonly processorId: string | null
}

/** The same every time it is sent: a processor takes a key again with the same request only. */
export interface PageRequest extends PageSent {
  readonly lines: readonly PageLine[]
  readonly successUrl: string
  readonly cancelUrl: string | null
  readonly email: string | null
  readonly locale: string | null
  readonly submitType: string | null
  /** Undefined: as the processor does by itself. */
  readonly expiresAt: Date | undefined
}

export interface PagePayment {
  readonly there: PaymentThere
  /** The name of a charge that stands on it. */
  readonly charge: string | undefined
  /** Undefined: not decided yet. */
  readonly outcome: ProcessorOutcome | undefined
  /** Nobody can pay it any more. */
  readonly canceled: boolean
  /** It may still come to a success, whatever became of the page. */
  readonly underWay: boolean
  /** The processor's id of what was paid with, and what is to be seen of it; undefined where it tells none. */
  readonly method: string | undefined
  readonly card: KeptCard | undefined
}

/** How a page stands at its processor. */
export interface PageThere {
  readonly id: string
  /** Null once nobody can pay on it. */
  readonly url: string | null
  readonly status: 'open' | 'complete' | 'expired'
  /** The name of a session that stands on it. */
  readonly session: string | undefined
  readonly amount: bigint
  readonly currency: string
  readonly payment: PagePayment | undefined
  readonly buyer: { readonly email: string | null; readonly name: string | null }
}

/** Refused: there is none, and the same request will make none. */
export type PageAnswer =
  | { readonly kind: 'there'; readonly page: PageThere }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Whoever shows the pages on which sessions are paid. As with charges an error, or no answer in time, means that nothing is
 * known: then `find` decides, by our id.
 */
export interface PageProcessor {
  make(request: PageRequest, signal: AbortSignal): Promise<PageAnswer>
  /** Undefined only when the processor certainly has none of it. @throws PaymentDiffers */
  find(sent: PageSent, signal: AbortSignal): Promise<PageThere | undefined>
  /** Ends it, so that nobody pays on it any more; of one that ended before, how it did. Its id is known. */
  close(sent: PageSent, signal: AbortSignal): Promise<PageThere>
}

/** Whether a page that bears a session's name is the session's, and what was paid on it its charge's: names are not believed. */
export const isPageOf = (there: PageThere, sent: PageSent): boolean =>
  there.session === sent.session &&
  there.amount === sent.amount &&
  there.currency === sent.currency &&
  (sent.processorId === null || sent.processorId === there.id) &&
  (there.payment === undefined ||
    (there.payment.charge === sent.charge &&
      isPaymentOf(there.payment.there, {
        amount: sent.amount,
        currency: sent.currency,
        capture_method: sent.captureMethod,
        processor_id: null,
      })))

/** What became of a page: `open` while it may still be paid, and while nothing is sure. */
export const fateOfPage = ({ status, payment }: PageThere): 'open' | 'paid' | 'over' => {
  if (payment?.outcome?.kind === 'succeeded') return 'paid'
  if (status === 'expired') return payment?.underWay === true ? 'open' : 'over'
  return payment?.canceled === true ? 'over' : 'open'
}

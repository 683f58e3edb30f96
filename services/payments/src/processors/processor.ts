import type { CardChecks, ChargeOutcome, Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { DeclineFaultCode } from '../charges/charge.ts'
import type { LiveProcessors } from './live.ts'
import type { DisputeProcessor } from './disputing.ts'
import type { RefundProcessor } from './refunding.ts'
import type { ReportSource } from './reporting.ts'
import type { SettlementSource } from './settling.ts'

/** What a processor is asked: `id` is Micro's charge id, `amount` in minor units. */
export interface ChargeRequest {
  readonly id: string
  readonly amount: bigint
  readonly currency: string
  readonly paymentMethod: string
  /** False: authorise only; the money is taken by a capture, or given back by a void. */
  readonly capture: boolean
  /** Nobody is there to prove that the card is theirs. */
  readonly offSession: boolean
  /** The card's holder proved to be one for this very payment. */
  readonly authenticated: boolean
  /** The payment method was made ready for payments without its holder. */
  readonly setUp: boolean
}

/** What the card's side told besides its answer. */
export interface Report {
  readonly outcome?: ChargeOutcome
  readonly checks?: CardChecks
}

/** A refusal of the card, with Stripe's vocabulary. */
export interface Decline extends Report {
  readonly kind: 'declined'
  readonly code: DeclineFaultCode
  readonly declineCode: string
  readonly message: string
  readonly param?: string
  readonly adviceCode?: NonNullable<ChargeOutcome['advice_code']>
}

export interface Success extends Report {
  readonly kind: 'succeeded'
  readonly processorId: string
  /** The merchant may have the money without waiting for its settlement. */
  readonly availableAtOnce?: true
}

export type ProcessorOutcome = Success | Decline

/** Lapsed: the processor no longer holds the authorisation, and will not again. */
export interface CaptureOutcome {
  readonly kind: 'captured' | 'lapsed'
  /** As of a charge that is captured at once. */
  readonly availableAtOnce?: true
}

/** Part of an authorisation, in minor units; the rest is given back with it. `id` is Micro's charge id. */
export interface CaptureRequest {
  readonly id: string
  readonly amount: bigint
}

/** What is asked before a charge is begun. */
export interface ChallengeRequest {
  readonly paymentMethod: string
  readonly offSession: boolean
  /** What the merchant asked for; null: as the processor thinks fit. */
  readonly requested: 'any' | 'automatic' | 'challenge' | null
}

/** Whether a card can be kept for later payments: at once, after its owner authenticated, or not at all. */
export type Verification = { readonly kind: 'verified' } | { readonly kind: 'authentication_required' } | Decline

/**
 * Whoever moves the money, real or simulated.
 *
 * `charge` and `capture` throw, or do not answer in time, when their result is unknown: the money may have moved or not.
 * Then `find` and `findCapture` decide, by our id: undefined only when the processor certainly has none of it. It may
 * then be sent again; both must be idempotent by `id`, since a first sending may still be on its way.
 * `void` gives an authorisation back, and may be repeated without a look: what is given back already, or never was
 * authorised, is a success. It never undoes a capture.
 */
export interface Processor {
  /** Whether the holder of the card has to prove to be one before it is charged. Asks nobody. */
  challenges(request: ChallengeRequest): boolean
  charge(request: ChargeRequest, signal: AbortSignal): Promise<ProcessorOutcome>
  /**
   * Of a processor whose book is in our own database and that decides by the request alone: a charge that is new. Its
   * caller writes it in the database transaction that stores the outcome: both have it or neither, and nothing is unknown.
   * `write` sends all of it at once.
   */
  readonly chargeWithin?: (request: ChargeRequest) => { outcome: ProcessorOutcome; write: (sql: Sql) => Promise<void> }
  find(chargeId: string, signal: AbortSignal): Promise<ProcessorOutcome | undefined>
  capture(request: CaptureRequest, signal: AbortSignal): Promise<CaptureOutcome>
  findCapture(chargeId: string, signal: AbortSignal): Promise<CaptureOutcome | undefined>
  void(chargeId: string, signal: AbortSignal): Promise<void>
  /** Moves nothing and leaves nothing behind: it may be asked as often as one likes. */
  verify(paymentMethod: string, signal: AbortSignal): Promise<Verification>
  readonly refunds: RefundProcessor
  readonly disputes: DisputeProcessor
  readonly reports: ReportSource
  /** Undefined where nothing of what it settled is read yet. */
  readonly settlement: SettlementSource | undefined
}

/** Live mode has what each merchant configured, and without it refuses to charge; it never falls to the simulator. */
export interface Processors {
  readonly test: Processor
  readonly live: LiveProcessors | undefined
}

/** Who speaks for the charges of a merchant's mode. */
export const processorFor = ({ test, live }: Processors, tenant: Tenant): Processor | undefined =>
  tenant.mode === 'test' ? test : live?.of(tenant)

import type { DeclineFaultCode } from '../charges/charge.ts'

/** What a processor is asked: `id` is Micro's charge id, `amount` in minor units. */
export interface ChargeRequest {
  readonly id: string
  readonly amount: bigint
  readonly currency: string
  readonly paymentMethod: string
}

/** A refusal of the card, with Stripe's vocabulary. */
export interface Decline {
  readonly kind: 'declined'
  readonly code: DeclineFaultCode
  readonly declineCode: string
  readonly message: string
  readonly param?: string
  readonly adviceCode?: string
}

export type ProcessorOutcome = { readonly kind: 'succeeded'; readonly processorId: string } | Decline

/**
 * Whoever moves the money, real or simulated.
 *
 * `charge` throws, or does not answer in time, when its result is unknown: the money may have moved or not. Then `find`
 * decides, by our id: undefined only when the processor certainly has no such charge. `charge` may then be sent again;
 * it must be idempotent by `id`, since a first sending may still be on its way.
 */
export interface Processor {
  charge(request: ChargeRequest, signal: AbortSignal): Promise<ProcessorOutcome>
  find(chargeId: string, signal: AbortSignal): Promise<ProcessorOutcome | undefined>
}

/** One processor per mode. Live mode without one refuses to charge; it never falls to the simulator. */
export interface Processors {
  readonly test: Processor
  readonly live: Processor | undefined
}

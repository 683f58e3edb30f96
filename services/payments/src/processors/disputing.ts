import type { DisputeReason } from '@micro/contracts'

/** A dispute as the processor opened it: `id` is the processor's own, `charge` Micro's charge id, `amount` in minor units. */
export interface OpenedDispute {
  readonly id: string
  readonly charge: string
  readonly amount: bigint
  readonly reason: DisputeReason
  /** An inquiry moves no money. */
  readonly inquiry: boolean
  /** How long there is to answer, in ms. */
  readonly responseMs: number
}

/** How the card's bank decided: an inquiry is closed, anything else won or lost. */
export type DisputeDecision = 'won' | 'lost' | 'closed'

/** How a processor is answered in a dispute: told again, by the processor's own id, neither call changes anything. */
export interface DisputeProcessor {
  submit(request: { dispute: string; texts: readonly string[] }, signal: AbortSignal): Promise<void>
  /** Gives in: the dispute is lost, or the inquiry closed. */
  accept(dispute: string, signal: AbortSignal): Promise<void>
}

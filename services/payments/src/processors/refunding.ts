/** What a processor is asked: `id` is Micro's refund id, `charge` Micro's charge id, `amount` in minor units. */
export interface RefundRequest {
  readonly id: string
  readonly charge: string
  readonly amount: bigint
  readonly currency: string
}

/** What became of a refund. `pending`: the processor has it and will report how it ended. Reasons are Stripe's. */
export type RefundOutcome =
  | { readonly kind: 'pending' | 'succeeded' | 'canceled'; readonly processorId: string }
  | { readonly kind: 'failed'; readonly processorId: string; readonly reason: string }

/**
 * How a processor gives money back. As with charges an error or a missing answer tells nothing, and `find` decides by our
 * id: undefined only when the processor certainly has no such refund. `send` is idempotent by that id.
 */
export interface RefundProcessor {
  send(request: RefundRequest, signal: AbortSignal): Promise<RefundOutcome>
  find(refundId: string, signal: AbortSignal): Promise<RefundOutcome | undefined>
  /** Stops a pending refund, if it can still be: the outcome says how it stands now. Canceling again changes nothing. */
  cancel(refundId: string, signal: AbortSignal): Promise<RefundOutcome>
}

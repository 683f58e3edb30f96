import type { DisputeDecision, OpenedDispute } from './disputing.ts'
import type { RefundOutcome } from './refunding.ts'

/** Something a processor tells of its own accord. */
export type ProcessorNews =
  | { readonly kind: 'refund'; readonly refund: string; readonly outcome: RefundOutcome }
  | { readonly kind: 'dispute_opened'; readonly dispute: OpenedDispute }
  | { readonly kind: 'dispute_decided'; readonly dispute: string; readonly decision: DisputeDecision }

/** `id` names the report; the same one may come more than once. */
export interface ProcessorReport {
  readonly id: string
  readonly news: ProcessorNews
}

/**
 * What processors push to a webhook or keep in a list of events, as a queue: what was not acknowledged is read again,
 * oldest first, so that nothing is lost between reading it and writing down what it means. `without`: reports that are not
 * told this time, so that what cannot be understood keeps no other from being heard.
 */
export interface ReportSource {
  read(options: { limit: number; without: readonly string[] }, signal: AbortSignal): Promise<readonly ProcessorReport[]>
  acknowledge(ids: readonly string[], signal: AbortSignal): Promise<void>
}

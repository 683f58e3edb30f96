import { addMs, Fault } from '@micro/kernel'
import type { BookState } from './state.ts'

/**
 * When a transaction counts, where that is not when it took effect: what Micro learns of a period that is closed counts
 * when it is recorded. Null when it counts at its effective date. @throws Fault period_closed
 */
export const bookedAtOf = (
  { closedBefore }: BookState,
  { system }: { readonly system?: object },
  { createdAt, effectiveAt }: { createdAt: Date; effectiveAt: Date },
): Date | null => {
  if (closedBefore === null || effectiveAt >= closedBefore) return null
  if (system !== undefined) return createdAt
  throw periodClosed('effective_at', closedBefore)
}

/** What everything before `closedBefore` being closed means to who asked for it by `param`. */
export const periodClosed = (param: string, closedBefore: Date): Fault =>
  new Fault('period_closed', { param, closed_through: addMs(closedBefore, -1_000).toISOString().replace('.000Z', 'Z') })

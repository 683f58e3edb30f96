import { addMs, Fault, unixSeconds } from '@micro/kernel'
import type { BookState } from './state.ts'

/**
 * When a transaction takes effect. Who names a date names a second: one recorded within it is on time, and takes effect
 * when it is recorded, so that it is not noted a second time for counting some milliseconds before. Every bound that one can
 * ask by, or close a book at, is a whole second, so both are on the same side of it.
 */
export const effectiveAtOf = ({ effectiveAt }: { readonly effectiveAt?: Date | undefined }, createdAt: Date): Date =>
  effectiveAt === undefined || effectiveAt.getTime() === unixSeconds(createdAt) * 1_000 ? createdAt : effectiveAt

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

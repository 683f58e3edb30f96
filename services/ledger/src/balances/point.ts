import { secondsMax } from '@micro/contracts'
import { Fault, fromUnixSeconds, unixSeconds } from '@micro/kernel'

/** Where in a book to look, as asked for. */
export interface PointQuery {
  readonly seq?: number
  readonly at?: number
  readonly effective_at?: number
}

/** The moments that a point asked for lies before; seconds are meant to their end. */
export interface Moments {
  readonly recordedBefore: Date | null
  readonly countsBefore: Date | null
}

/** A point of a book: what was recorded up to a seq, and of that, what counts before a time. */
export interface Point {
  readonly known: bigint
  /** Null when all that was recorded counts. */
  readonly countsBefore: Date | null
  /** The last seq recorded before `countsBefore`; null without it. */
  readonly countsSeq: bigint | null
}

/** What is known of a book that a point can be found by. */
export interface Head {
  readonly seqLast: bigint
  /** The last seq recorded before the moments; null without them. */
  readonly recordedSeq: bigint | null
  readonly countsSeq: bigint | null
}

export const unopenedHead: Head = { seqLast: 0n, recordedSeq: null, countsSeq: 0n }

/** Null when there is nothing after it: the last second that a transaction may name bounds nothing. */
export const endOf = (second: number | undefined): Date | null =>
  second === undefined || second >= secondsMax ? null : fromUnixSeconds(second + 1)

/** @throws Fault parameter_invalid when both seq and at are given */
export const momentsOf = ({ seq, at, effective_at }: PointQuery): Moments => {
  if (seq !== undefined && at !== undefined)
    throw new Fault('parameter_invalid', {
      param: 'at',
      reason: 'it cannot be combined with seq: both say what is known',
    })
  return { recordedBefore: endOf(at), countsBefore: endOf(effective_at) }
}

/** @throws Fault parameter_invalid when the book has not come so far as the seq asked for */
export const pointOf = ({ seq }: PointQuery, { countsBefore }: Moments, head: Head): Point => {
  if (seq !== undefined && BigInt(seq) > head.seqLast)
    throw new Fault('parameter_invalid', {
      param: 'seq',
      reason: `the last transaction of the book is ${head.seqLast}`,
    })
  const known = seq === undefined ? (head.recordedSeq ?? head.seqLast) : BigInt(seq)
  return { known, countsBefore, countsSeq: countsBefore && head.countsSeq }
}

export const pointToWire = ({ known, countsBefore }: Point): { seq: number; effective_at: number | null } => ({
  seq: Number(known),
  effective_at: countsBefore && unixSeconds(countsBefore) - 1,
})

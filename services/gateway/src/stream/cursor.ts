import { unacknowledgedMax, type SequencedEvent } from '@micro/contracts'

/** How far one connection is: all numbers are `seq`s of the merchant's gap-free order. */
export interface Cursor {
  /** The last event sent. */
  readonly sent: number
  /** The last event the client says it has handled. */
  readonly acked: number
  /** The newest event known to exist. */
  readonly head: number
}

export const startAt = (after: number, head: number): Cursor => ({
  sent: after,
  acked: after,
  head: Math.max(after, head),
})

/** How many more events may be sent before the client has to acknowledge some. */
export const roomOf = ({ sent, acked }: Cursor): number => Math.max(0, unacknowledgedMax - (sent - acked))

export const withHead = (cursor: Cursor, head: number): Cursor => (head > cursor.head ? { ...cursor, head } : cursor)

/** Moves the acknowledgement; undefined when it speaks of events that were never sent. An old one changes nothing. */
export const withAck = (cursor: Cursor, seq: number): Cursor | undefined => {
  if (seq > cursor.sent) return undefined
  return seq > cursor.acked ? { ...cursor, acked: seq } : cursor
}

export const withSent = (cursor: Cursor, seq: number): Cursor => withHead({ ...cursor, sent: seq }, seq)

/** Of some events in order, those that follow the cursor without a gap, as many as there is room for. */
export const continuing = (cursor: Cursor, events: readonly SequencedEvent[]): readonly SequencedEvent[] => {
  const rest = events.filter(({ seq }) => seq > cursor.sent)
  const gapAt = rest.findIndex(({ seq }, at) => seq !== cursor.sent + 1 + at)
  return rest.slice(0, Math.min(gapAt < 0 ? rest.length : gapAt, roomOf(cursor)))
}

/** A page of the store's: what follows a seq, and the first seq that it keeps at all. */
export interface Page {
  readonly head_seq: number
  /** Not told by a store of an older version. */
  readonly first_seq?: number
  readonly events: readonly SequencedEvent[]
}

/** Where what is kept after the cursor begins, when that is not right after it: what lay between is gone for good. */
export const keptFrom = ({ sent }: Cursor, { first_seq: first = 0, events }: Page): number | undefined => {
  const next = events.find(({ seq }) => seq > sent)?.seq ?? first
  return next > sent + 1 ? next : undefined
}

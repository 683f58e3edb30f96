/**
 * How far one listener is in a merchant's gap-free order. Pure bookkeeping: what was received, what of it is still being
 * handled. All numbers are seqs.
 */
export interface Cursor {
  /** `gap` means something in between has not arrived: nothing is noted. */
  receive(seq: number, id: string): 'new' | 'repeated' | 'gap'
  /** Takes an event although those before it are missing, for good. */
  skipTo(seq: number, id: string): void
  /** Up to here there is nothing to be handled but what was received. */
  pass(seq: number): void
  handled(seq: number): void
  /** Everything up to here is handled; a new connection resumes after it. */
  readonly position: number
  /** The id of the event at the position, when it was received here. */
  readonly positionEvent: string | undefined
  /** The newest received. */
  readonly received: number
}

/** `event` is the id of the event at `after`, when it is known. */
export const createCursor = (after: number, event?: string): Cursor => {
  let received = after
  // In order of arrival, so the first is the oldest.
  const pending = new Set<number>()
  /** From the position on. */
  const ids = new Map<number, string>(event === undefined ? [] : [[after, event]])
  const take = (seq: number, id: string): void => {
    received = seq
    pending.add(seq)
    ids.set(seq, id)
  }
  const position = (): number => {
    const [oldest] = pending
    return oldest === undefined ? received : oldest - 1
  }
  return {
    receive(seq, id) {
      if (seq <= received) return 'repeated'
      if (seq > received + 1) return 'gap'
      take(seq, id)
      return 'new'
    },
    skipTo: take,
    pass(seq) {
      received = Math.max(received, seq)
    },
    handled(seq) {
      pending.delete(seq)
      for (const known of ids.keys()) {
        if (known >= position()) break
        ids.delete(known)
      }
    },
    get position() {
      return position()
    },
    get positionEvent() {
      return ids.get(position())
    },
    get received() {
      return received
    },
  }
}

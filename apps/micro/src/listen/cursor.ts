/**
 * How far one listener is in a merchant's gap-free order. Pure bookkeeping: what was received, what of it is still being
 * handled. All numbers are seqs.
 */
export interface Cursor {
  /** `gap` means something in between has not arrived: nothing is noted. */
  receive(seq: number): 'new' | 'repeated' | 'gap'
  /** Takes an event although those before it are missing, for good. */
  skipTo(seq: number): void
  handled(seq: number): void
  /** Everything up to here is handled; a new connection resumes after it. */
  readonly position: number
  /** The newest received. */
  readonly received: number
}

export const createCursor = (after: number): Cursor => {
  let received = after
  // In order of arrival, so the first is the oldest.
  const pending = new Set<number>()
  const take = (seq: number): void => {
    received = seq
    pending.add(seq)
  }
  return {
    receive(seq) {
      if (seq <= received) return 'repeated'
      if (seq > received + 1) return 'gap'
      take(seq)
      return 'new'
    },
    skipTo: take,
    handled: (seq) => void pending.delete(seq),
    get position() {
      const [oldest] = pending
      return oldest === undefined ? received : oldest - 1
    },
    get received() {
      return received
    },
  }
}

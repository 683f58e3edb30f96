/** Events that were sent and not yet acknowledged, by the conversations they were sent in. */
export interface Outstanding {
  /** `seq`: its place in the order, or null for one that is sent once more out of it. */
  sent(conversations: readonly string[], event: { id: string; seq: number | null }): void
  /** One copy was taken. False when nothing of that name is outstanding. */
  acknowledged(conversation: string): boolean
  /** Everything up to here is acknowledged, given that `sent` was the last one in the order. */
  settledUpTo(sent: number): number
  /** Ids of events sent once more that were acknowledged since the last call. */
  takeResent(): string[]
  /** Whether an event was sent once more and is still outstanding. */
  isResending(id: string): boolean
}

export const createOutstanding = (): Outstanding => {
  const copies = new Map<string, { readonly id: string; readonly seq: number | null; left: number }>()
  const seqs = new Set<number>()
  const resending = new Set<string>()
  const resent: string[] = []

  return {
    sent(conversations, event) {
      const entry = { ...event, left: conversations.length }
      for (const conversation of conversations) copies.set(conversation, entry)
      if (event.seq === null) resending.add(event.id)
      else seqs.add(event.seq)
    },
    acknowledged(conversation) {
      const entry = copies.get(conversation)
      if (entry === undefined) return false
      copies.delete(conversation)
      if (--entry.left > 0) return true
      if (entry.seq === null) {
        resending.delete(entry.id)
        resent.push(entry.id)
      } else seqs.delete(entry.seq)
      return true
    },
    // Sent in order, so the first of the set is the oldest.
    settledUpTo: (sent) => {
      const [oldest] = seqs
      return oldest === undefined ? sent : oldest - 1
    },
    takeResent: () => resent.splice(0),
    isResending: (id) => resending.has(id),
  }
}

import { monotonicMs } from '@micro/kernel'
import { nameOf, type BookKey } from '../books/book.ts'
import { createBulkSeats } from './seats.ts'

/** What somebody sends or takes while they hold a seat. */
export interface Transfer {
  /** So many bytes have come, or are to go. */
  readonly bytes: () => number
  /** Breaks it off. */
  readonly end: () => void
}

export interface YieldingSeat {
  /** From now on it takes as long as the caller does. */
  transfer(transfer: Transfer): void
  /** From now on it is we who work. */
  work(): void
  leave(): void
}

interface Patience {
  /** Nobody is slow before so long, in milliseconds. */
  readonly graceMs: number
  /** Nor is who sends or takes so many bytes a second. */
  readonly bytesPerSecondMin: number
}

/** A caller on half a megabit is not slow; one that holds a seat for nothing is, a few seconds later. */
const patienceDefault: Patience = { graceMs: 5_000, bytesPerSecondMin: 64 * 1024 }

interface Holder {
  readonly book: string
  sinceMs: number
  transfer: Transfer | undefined
  leave(): void
}

/**
 * Seats that whoever is slow to send or to take gives up to the next who comes: where all were held by such, nobody
 * else would get in. While nobody wants theirs the slow are let be.
 */
export const createYieldingSeats = (
  most: { ofBook: number; inAll: number },
  { patience = patienceDefault, nowMs = monotonicMs }: { patience?: Patience; nowMs?: () => number } = {},
): ((book: BookKey) => YieldingSeat) => {
  const takeSeat = createBulkSeats(most)
  // The first have held theirs longest.
  const holders = new Set<Holder>()
  const slow = ({ transfer, sinceMs }: Holder): boolean =>
    transfer !== undefined &&
    nowMs() - sinceMs > patience.graceMs + (transfer.bytes() * 1_000) / patience.bytesPerSecondMin

  /** A seat of the book itself helps whether the book or all of them are taken; another's only in the second case. */
  const yielding = (book: string): Holder | undefined => {
    const all = [...holders]
    const own = all.filter((each) => each.book === book)
    return own.find(slow) ?? (own.length < most.ofBook ? all.find(slow) : undefined)
  }

  const take = (who: BookKey, book: string): (() => void) => {
    try {
      return takeSeat(who)
    } catch (error) {
      const first = yielding(book)
      if (first === undefined) throw error
      first.leave()
      first.transfer?.end()
      return takeSeat(who)
    }
  }

  return (who) => {
    const book = nameOf(who)
    const giveBack = take(who, book)
    const holder: Holder = {
      book,
      sinceMs: nowMs(),
      transfer: undefined,
      leave() {
        holders.delete(holder)
        giveBack()
      },
    }
    holders.add(holder)
    return {
      transfer: (transfer) => void Object.assign(holder, { transfer, sinceMs: nowMs() }),
      work: () => void Object.assign(holder, { transfer: undefined }),
      leave: holder.leave,
    }
  }
}

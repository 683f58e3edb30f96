import type { TransactionKind } from '@micro/contracts'
import { isSystemReference } from '../transactions/transaction.ts'

/** Transactions of one book, both ends included, that follow each other and were written together. */
export interface Stretch {
  readonly lane: number
  readonly book: bigint
  readonly firstSeq: bigint
  readonly lastSeq: bigint
}

/**
 * Whether a transaction has events. What Micro posts for a payment has none: the payment's events tell of it. That a hold
 * is due is Micro's to say, and the merchant's to know.
 */
export const isTold = ({ reference, kind }: { reference: string; kind: TransactionKind }): boolean =>
  kind === 'expire' || !isSystemReference(reference)

interface Written {
  readonly lane: number
  readonly book: bigint
  readonly transaction: { readonly seq: bigint; readonly reference: string; readonly kind: TransactionKind }
}

/** What of a flight's transactions is to be told: one stretch for each book that has any. */
export const stretchesOf = (written: readonly Written[]): Stretch[] => {
  const stretches = new Map<bigint, { -readonly [K in keyof Stretch]: Stretch[K] }>()
  for (const { lane, book, transaction } of written) {
    if (!isTold(transaction)) continue
    const { seq } = transaction
    const known = stretches.get(book)
    if (known === undefined) stretches.set(book, { lane, book, firstSeq: seq, lastSeq: seq })
    else if (seq > known.lastSeq) known.lastSeq = seq
    else if (seq < known.firstSeq) known.firstSeq = seq
  }
  return [...stretches.values()]
}

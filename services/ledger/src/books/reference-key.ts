import { createHash } from 'node:crypto'

/** Sixteen bytes that stand for a reference in its book; the database computes the same from what is recorded. */
export const referenceKeyOf = (book: bigint, reference: string): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(book)
  return createHash('sha256').update(bytes).update(reference).digest().subarray(0, 16)
}

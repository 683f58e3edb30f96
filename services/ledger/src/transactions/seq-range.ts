import type { Sql } from '@micro/postgres'
import { timeRangeOf, type Page } from '@micro/service'
import { seqMax, type BookKey } from '../books/book.ts'
import { findSeqBefore, type SeqRange } from './transaction.store.ts'

/**
 * Where a page of a list lies in its book, from the seq of its cursor and the bounds of time. Seq and time grow
 * together, so a time filter is a range of seqs.
 */
export const seqRangeOf = async (
  sql: Sql,
  book: BookKey,
  { created, page, cursor }: { created: Parameters<typeof timeRangeOf>[0]; page: Page; cursor: bigint | undefined },
): Promise<SeqRange> => {
  const { from, until } = timeRangeOf(created)
  const afters = [from && (await findSeqBefore(sql, book, from)), page.direction === 'newer' ? cursor : undefined]
  const befores = [
    until && (await findSeqBefore(sql, book, until)) + 1n,
    page.direction === 'older' ? cursor : undefined,
  ]
  const after = afters.reduce<bigint>((high, seq) => (seq !== undefined && seq > high ? seq : high), 0n)
  const before = befores.reduce<bigint>((low, seq) => (seq !== undefined && seq < low ? seq : low), seqMax)
  return { after, before, limit: page.fetch }
}

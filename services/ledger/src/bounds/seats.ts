import { Fault } from '@micro/kernel'
import { createSeats, type TakeSeat } from '@micro/service'
import { nameOf, type BookKey } from '../books/book.ts'

/** For so many streams of one merchant at a time, in either mode together. The fault is stream_limit. */
export const createStreamSeats = (limit: number): TakeSeat<BookKey> =>
  createSeats(({ merchant }) => [
    { name: merchant, max: limit, full: () => new Fault('stream_limit', { scope: 'merchant', limit }) },
  ])

/** For so many bulks of one book at a time, and in all. The fault is ledger_busy. */
export const createBulkSeats = (most: { ofBook: number; inAll: number }): TakeSeat<BookKey> => {
  const full = (): Fault => new Fault('ledger_busy')
  return createSeats((book) => [
    { name: nameOf(book), max: most.ofBook, full },
    { name: 'all', max: most.inAll, full },
  ])
}

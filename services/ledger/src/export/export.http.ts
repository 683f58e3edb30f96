import type { ledgerApi } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { csv, ndjson, type Handlers } from '@micro/service'
import type { BookKey } from '../books/book.ts'
import type { Seats } from '../feed/seats.ts'
import { exportCsv, exportLines } from './export.work.ts'

export const exportHandlers = ({
  db,
  seats,
}: {
  db: Database
  seats: Seats
}): Pick<Handlers<typeof ledgerApi>, 'exportLedger'> => {
  /** Holds one of the merchant's seats while it is read. @throws Fault stream_limit */
  async function* seated<T>(book: BookKey, lines: AsyncIterable<T>): AsyncGenerator<T> {
    const leave = seats.take(book)
    try {
      yield* lines
    } finally {
      leave()
    }
  }

  return {
    exportLedger({ principal, query, accepts }) {
      const { format = accepts ?? 'ndjson', from_seq: from, to_seq: to } = query
      const book: BookKey = { merchant: principal.merchant, mode: principal.mode }
      return Promise.resolve(
        format === 'csv'
          ? csv(seated(book, exportCsv(db, book, { from, to })))
          : ndjson(seated(book, exportLines(db, book, { from, to }))),
      )
    },
  }
}

import type { ledgerApi } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { csv, ndjson, type Handlers, type TakeSeat } from '@micro/service'
import type { BookKey } from '../books/book.ts'
import { exportCsv, exportLines } from './export.work.ts'

export const exportHandlers = ({
  db,
  takeSeat,
}: {
  db: Database
  takeSeat: TakeSeat<BookKey>
}): Pick<Handlers<typeof ledgerApi>, 'exportLedger'> => {
  /** Holds one of the merchant's seats while it is read. @throws Fault stream_limit */
  async function* seated<T>(book: BookKey, lines: AsyncIterable<T>): AsyncGenerator<T> {
    const leave = takeSeat(book)
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

import type { paymentFiguresApi } from '@micro/contracts'
import { boundDatabase, type Database } from '@micro/postgres'
import { readReport, stretchesOf, type Handlers } from '@micro/service'
import { countedKinds, figuresToWire } from './figures.ts'
import { countPayments, sumMovements } from './figures.store.ts'

/** Connections that figures may take of those that payments need. */
const connectionsMax = 2

/** What payments came to: read by when they were made, which an index has in order, for so long at most. */
export const figuresHandlers = ({
  db,
  timeoutMs = 10_000,
}: {
  db: Database
  timeoutMs?: number
}): Handlers<typeof paymentFiguresApi> => {
  const reads = boundDatabase(db, { max: connectionsMax })
  return {
    async retrievePaymentFigures({ principal, query: { bounds } }) {
      const { moments, ends } = stretchesOf(bounds)
      return readReport(reads, { timeoutMs, hint: 'choose a shorter time' }, async (sql) => {
        const moved = await sumMovements(sql, principal, { moments, kinds: countedKinds })
        const tried = await countPayments(sql, principal, moments)
        return {
          object: 'payment_figures' as const,
          data: figuresToWire(moved, tried, ends),
          livemode: principal.mode === 'live',
        }
      })
    },
  }
}

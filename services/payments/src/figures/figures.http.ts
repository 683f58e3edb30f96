import type { paymentFiguresApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createTurns, readReport, stretchesOf, type Handlers } from '@micro/service'
import { countedKinds, figuresToWire, hint } from './figures.ts'
import { countPayments, sumMovements } from './figures.store.ts'

/** Figures take few of the connections that payments need, and one merchant's not all of these. */
const turns = { atOnce: 2, waiting: 100, waitingOfOne: 5 } as const

/** What payments came to: read by when they were made, which an index has in order, for so long at most. */
export const figuresHandlers = ({
  db,
  timeoutMs = 10_000,
}: {
  db: Database
  timeoutMs?: number
}): Handlers<typeof paymentFiguresApi> => {
  const inTurn = createTurns({
    ...turns,
    busy: () => new Fault('figures_busy', { retry_after: 1 }),
  })
  return {
    async retrievePaymentFigures({ principal, query: { bounds } }) {
      const { moments, ends } = stretchesOf(bounds)
      return inTurn(principal.merchant, () =>
        readReport(db, { timeoutMs, hint }, async (sql) => {
          const moved = await sumMovements(sql, principal, { moments, kinds: countedKinds })
          const tried = await countPayments(sql, principal, moments)
          return {
            object: 'payment_figures' as const,
            data: figuresToWire(moved, tried, ends),
            livemode: principal.mode === 'live',
          }
        }),
      )
    },
  }
}

import type { webhookDeliveriesApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createTurns, readReport, stretchesOf, type Handlers } from '@micro/service'
import { foundEndpoint } from '../webhook-endpoints/webhook-endpoint.http.ts'
import { requestedToWire } from './figures.ts'
import { sumAttempts } from './figures.store.ts'

type Api = Pick<typeof webhookDeliveriesApi, 'retrieveWebhookFigures'>

/** Figures take few of the connections that deliveries need, and one merchant's not all of these. */
const turns = { atOnce: 2, waiting: 100, waitingOfOne: 5 } as const

/** What came of an endpoint's requests: read by when they were begun, which an index has in order, for so long at most. */
export const figuresHandlers = ({ db, timeoutMs = 10_000 }: { db: Database; timeoutMs?: number }): Handlers<Api> => {
  const inTurn = createTurns({
    ...turns,
    busy: () => new Fault('figures_busy', { retry_after: 1 }),
  })
  return {
    async retrieveWebhookFigures({ principal, params: { id }, query: { bounds } }) {
      const { moments, ends } = stretchesOf(bounds)
      return inTurn(principal.merchant, () =>
        readReport(db, { timeoutMs, hint: 'choose a shorter time' }, async (sql) => {
          const endpoint = await foundEndpoint(sql, principal, id)
          const rows = await sumAttempts(sql, principal, { endpoint: endpoint.id, moments })
          const of = (stretch: number | null) => requestedToWire(rows.find((row) => row.stretch === stretch))
          return {
            object: 'webhook_figures' as const,
            webhook_endpoint: endpoint.id,
            ...of(null),
            series: ends.map((end, at) => ({ ...end, ...of(at + 1) })),
            livemode: principal.mode === 'live',
          }
        }),
      )
    },
  }
}

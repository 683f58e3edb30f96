import type { webhookDeliveriesApi } from '@micro/contracts'
import { boundDatabase, type Database } from '@micro/postgres'
import { readReport, stretchesOf, type Handlers } from '@micro/service'
import { foundEndpoint } from '../webhook-endpoints/webhook-endpoint.http.ts'
import { requestedToWire } from './figures.ts'
import { sumAttempts } from './figures.store.ts'

type Api = Pick<typeof webhookDeliveriesApi, 'retrieveWebhookFigures'>

/** Connections that figures may take of those that deliveries need. */
const connectionsMax = 2

/** What came of an endpoint's requests: read by when they were begun, which an index has in order, for so long at most. */
export const figuresHandlers = ({ db, timeoutMs = 10_000 }: { db: Database; timeoutMs?: number }): Handlers<Api> => {
  const reads = boundDatabase(db, { max: connectionsMax })
  return {
    async retrieveWebhookFigures({ principal, params: { id }, query: { bounds } }) {
      const { moments, ends } = stretchesOf(bounds)
      return readReport(reads, { timeoutMs, hint: 'choose a shorter time' }, async (sql) => {
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
      })
    },
  }
}

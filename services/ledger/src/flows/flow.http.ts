import type { ledgerApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { readReport, timeRangeOf, type Handlers, type InTurn } from '@micro/service'
import { lookUpByKeys } from '../balances/balance.store.ts'
import { nameOf } from '../books/book.ts'
import { flowToWire, flowTotalsToWire } from './flow.ts'
import { findStretch, listFlows } from './flow.store.ts'

type FlowHandlers = Pick<Handlers<typeof ledgerApi>, 'aggregateLedgerFlows'>

export interface FlowDependencies {
  readonly db: Database
  readonly inTurn: InTurn
  /** How long the database may work on it, in milliseconds. Default 20 s. */
  readonly timeoutMs?: number
  /** Transactions of one period. Default 1,000,000. */
  readonly transactionsMax?: number
}

const limitDefault = 50
const hint = 'choose a shorter period, or name a currency'

/** Where money went in a period: read entry by entry, so that the period is bounded, and so is the time. */
export const flowHandlers = (deps: FlowDependencies): FlowHandlers => {
  const { db, inTurn, timeoutMs = 20_000, transactionsMax = 1_000_000 } = deps
  return {
    async aggregateLedgerFlows({ principal, query }) {
      const { from = null, until = null } = timeRangeOf(query.recorded)
      const { limit = limitDefault, group_by: groupBy } = query
      const filter = { currency: query.currency?.toLowerCase() ?? null, byType: groupBy === 'type', limit }
      const { stretch, flows } = await inTurn(nameOf(principal), () =>
        readReport(db, { timeoutMs, hint }, async (sql) => {
          await lookUpByKeys(sql)
          const found = await findStretch(sql, principal, { from, until })
          if (found === undefined) return { stretch: { after: 0n, upTo: 0n }, flows: [] }
          if (found.upTo - found.after > transactionsMax) throw new Fault('report_too_large', { hint })
          return { stretch: found, flows: await listFlows(sql, principal, found, filter) }
        }),
      )
      return {
        object: 'ledger.flows' as const,
        from_seq: Number(stretch.after) + 1,
        to_seq: Number(stretch.upTo),
        data: flows.map(flowToWire),
        totals: flowTotalsToWire(flows),
        livemode: principal.mode === 'live',
      }
    },
  }
}

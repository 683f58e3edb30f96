import type { LedgerFlow } from '@micro/contracts'
import { scaleOf } from '../accounts/account.ts'
import { twins } from '../assets/amount.ts'

/** What went from one party to another; from and to nobody in the row that has what is beyond the largest. */
export interface Flow {
  readonly debited: string | null
  readonly credited: string | null
  readonly currency: string
  readonly assetScale: number | null
  readonly amount: bigint
  readonly transactions: bigint
}

export const flowToWire = (flow: Flow): LedgerFlow => ({
  object: 'ledger.flow',
  from: flow.debited,
  to: flow.credited,
  currency: flow.currency,
  scale: scaleOf(flow),
  ...twins('amount', flow.amount),
  transactions: Number(flow.transactions),
})

/** What all flows of each currency come to, in the order in which the currencies come. */
export const flowTotalsToWire = (flows: readonly Flow[]) =>
  [...Map.groupBy(flows, ({ currency }) => currency)].map(([currency, rows]) => ({
    currency,
    scale: scaleOf({ currency, assetScale: rows[0]?.assetScale ?? null }),
    ...twins(
      'amount',
      rows.reduce((sum, { amount }) => sum + amount, 0n),
    ),
  }))

import {
  differenceKinds,
  type Reconciliation as WireReconciliation,
  type ReconciliationDifference,
  type DifferenceKind,
  type Tenant,
} from '@micro/contracts'
import { idPrefixes, unixSeconds } from '@micro/kernel'
import type { Difference } from './difference.ts'

/** One comparison, as its row has it. */
export interface Reconciliation extends Tenant {
  readonly id: string
  readonly automatic: boolean
  readonly status: 'running' | 'clean' | 'different' | 'failed'
  readonly since: Date | null
  readonly until: Date
  readonly movements: bigint
  readonly settlement_lines: bigint
  readonly ledger_transactions: bigint
  readonly counts: Readonly<Partial<Record<DifferenceKind, number>>>
  readonly balances_compared: boolean | null
  readonly attempts: number
  readonly created_at: Date
  readonly finished_at: Date | null
}

/** A difference that was kept. */
export interface KeptDifference extends Difference, Tenant {
  readonly id: string
  readonly reconciliation: string
  readonly created_at: Date
}

export const isReconciliationId = (id: string): boolean => id.startsWith(`${idPrefixes.reconciliation}_`)
export const isDifferenceId = (id: string): boolean => id.startsWith(`${idPrefixes.reconciliation_difference}_`)

/** What is merely late is no reason to look closer. */
export const verdictOf = (counts: Reconciliation['counts']): 'clean' | 'different' =>
  Object.keys(counts).some((kind) => kind !== 'late') ? 'different' : 'clean'

const secondsOrNull = (time: Date | null): number | null => (time === null ? null : unixSeconds(time))
const textOrNull = (amount: bigint | null): string | null => (amount === null ? null : String(amount))

export const reconciliationToWire = (run: Reconciliation): WireReconciliation => ({
  id: run.id,
  object: 'reconciliation',
  status: run.status,
  automatic: run.automatic,
  since: secondsOrNull(run.since),
  until: unixSeconds(run.until),
  movements: Number(run.movements),
  settlement_lines: Number(run.settlement_lines),
  ledger_transactions: Number(run.ledger_transactions),
  differences: { ...run.counts },
  balances_compared: run.balances_compared,
  livemode: run.mode === 'live',
  created: unixSeconds(run.created_at),
  finished: secondsOrNull(run.finished_at),
})

export const differenceToWire = (kept: KeptDifference, run: Reconciliation): ReconciliationDifference => ({
  id: kept.id,
  object: 'reconciliation.difference',
  reconciliation: kept.reconciliation,
  kind: kept.kind,
  subject: kept.object,
  charge: kept.charge,
  balance_transaction: kept.balance_transaction,
  processor_id: kept.processor_id,
  reference_id: kept.reference,
  currency: kept.currency,
  amount_here_str: textOrNull(kept.amount_here),
  amount_there_str: textOrNull(kept.amount_there),
  detail: kept.detail,
  since: unixSeconds(kept.since),
  age_seconds: Math.max(0, unixSeconds(run.created_at) - unixSeconds(kept.since)),
  action: differenceKinds[kept.kind],
  livemode: kept.mode === 'live',
  created: unixSeconds(kept.created_at),
})

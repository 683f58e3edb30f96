import type { AccountType, Direction, LedgerAggregate, LedgerTotals, TrialBalanceAccount } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { normalBalanceOf, onNormalSide, scaleOf } from '../accounts/account.ts'
import { twins } from '../assets/amount.ts'

/** Sums of accounts by the side they stand on, both positive. */
export interface Sides {
  readonly debits: bigint
  readonly credits: bigint
}

export interface Totals extends Sides {
  readonly type: AccountType
  readonly currency: string
  readonly assetScale: number | null
}

/** An account as a trial balance tells it. */
export interface AccountNet {
  readonly id: string
  readonly name: string
  readonly type: AccountType
  readonly normalBalance: Direction
  readonly currency: string
  readonly assetScale: number | null
  /** Credits minus debits. */
  readonly net: bigint
}

/** Accounts of one group in one currency; the group is null for those that lack what it is made of. */
export interface Aggregate extends Sides {
  readonly group: string | null
  readonly currency: string
  readonly assetScale: number | null
  readonly accounts: bigint
  /** Each on its own normal side. */
  readonly balance: bigint
}

export type Grouping = 'type' | 'currency' | 'prefix' | 'metadata'

/** What accounts are grouped by, ready for the query. */
export interface GroupBy {
  readonly by: Grouping
  /** The regular expression of the part of the id that makes the group. */
  readonly prefix: string
  readonly metadataKey: string
}

/** Where a page of groups begins or ends. */
export interface GroupPlace {
  readonly currency: string
  readonly group: string | null
}

const only = (holds: boolean, param: string, by: Grouping): void => {
  if (!holds) throw new Fault('parameter_invalid', { param, reason: `it goes with group_by=${by} alone` })
}

/** @throws Fault parameter_missing, parameter_invalid */
export const groupByOf = (query: {
  readonly group_by?: Grouping
  readonly segments?: number
  readonly metadata_key?: string
}): GroupBy => {
  const { group_by: by = 'type', segments = 1, metadata_key: metadataKey } = query
  only(query.segments === undefined || by === 'prefix', 'segments', 'prefix')
  only(metadataKey === undefined || by === 'metadata', 'metadata_key', 'metadata')
  if (by === 'metadata' && metadataKey === undefined) throw new Fault('parameter_missing', { param: 'metadata_key' })
  return { by, prefix: `^(?:[^:._]*[:._]){0,${segments - 1}}[^:._]*`, metadataKey: metadataKey ?? '' }
}

// A currency has no colon, so its end is found in whatever a group is called.
const aggregateId = ({ currency, group }: GroupPlace): string => (group === null ? currency : `${currency}:${group}`)

export const parseAggregateId = (id: string): GroupPlace => {
  const end = id.indexOf(':')
  return end < 0 ? { currency: id, group: null } : { currency: id.slice(0, end), group: id.slice(end + 1) }
}

const sidesToWire = ({ debits, credits }: Sides) => ({ ...twins('debits', debits), ...twins('credits', credits) })

const sidesOf = (net: bigint): Sides => ({ debits: net < 0n ? -net : 0n, credits: net > 0n ? net : 0n })

export const totalsToWire = ({ type, currency, assetScale, ...sides }: Totals): LedgerTotals => ({
  type,
  currency,
  scale: scaleOf({ currency, assetScale }),
  ...sidesToWire(sides),
  ...twins('balance', onNormalSide(sides.credits - sides.debits, normalBalanceOf(type))),
})

/** The sums by currency, in the order in which the currencies come. */
export const sumsToWire = (totals: readonly Totals[]) =>
  [...Map.groupBy(totals, ({ currency }) => currency)].map(([currency, rows]) => ({
    currency,
    scale: scaleOf({ currency, assetScale: rows[0]?.assetScale ?? null }),
    ...sidesToWire({
      debits: rows.reduce((sum, { debits }) => sum + debits, 0n),
      credits: rows.reduce((sum, { credits }) => sum + credits, 0n),
    }),
  }))

export const accountNetToWire = (account: AccountNet): TrialBalanceAccount => ({
  id: account.id,
  object: 'ledger.trial_balance_account',
  name: account.name,
  type: account.type,
  currency: account.currency,
  scale: scaleOf(account),
  ...sidesToWire(sidesOf(account.net)),
  ...twins('balance', onNormalSide(account.net, account.normalBalance)),
})

export const aggregateToWire = (aggregate: Aggregate): LedgerAggregate => ({
  id: aggregateId(aggregate),
  object: 'ledger.aggregate',
  group: aggregate.group,
  currency: aggregate.currency,
  scale: scaleOf(aggregate),
  accounts: Number(aggregate.accounts),
  ...sidesToWire(aggregate),
  ...twins('balance', aggregate.balance),
  ...twins('net', aggregate.credits - aggregate.debits),
})

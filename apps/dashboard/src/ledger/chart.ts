import type { LedgerAccount, LedgerTrialBalance } from '@micro/contracts'
import { accountTypes } from './filters.ts'

type Typed = Pick<LedgerAccount, 'currency' | 'type'>

/** What stands together in the chart: accounts of one type in one currency. */
export interface Group<T extends Typed> {
  readonly currency: string
  readonly type: LedgerAccount['type']
  readonly accounts: readonly T[]
}

const names: Readonly<Record<LedgerAccount['type'], string>> = {
  asset: 'Assets',
  liability: 'Liabilities',
  equity: 'Equity',
  revenue: 'Revenue',
  expense: 'Expenses',
}

export const typeName = (type: LedgerAccount['type']): string => names[type]

/** Currency by currency, and in each as balance sheets have it: assets, liabilities, equity, revenue, expenses. */
export const chartOf = <T extends Typed>(accounts: readonly T[]): Group<T>[] =>
  [...Map.groupBy(accounts, ({ currency }) => currency)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([currency, within]) =>
      accountTypes.flatMap((type) => {
        const group = within.filter((account) => account.type === type)
        return group.length === 0 ? [] : [{ currency, type, accounts: group }]
      }),
    )

export type Totals = LedgerTrialBalance['totals'][number]
/** The trial balance of one currency: its types, and the sums that have to be the same. */
export interface Trial extends Totals {
  readonly rows: LedgerTrialBalance['rows']
}

export const trialsOf = ({ rows, totals }: Pick<LedgerTrialBalance, 'rows' | 'totals'>): Trial[] =>
  totals.map((total) => ({
    ...total,
    rows: accountTypes.flatMap((type) => rows.filter((row) => row.currency === total.currency && row.type === type)),
  }))

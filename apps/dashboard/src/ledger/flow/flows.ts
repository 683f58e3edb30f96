import type { LedgerFlow } from '@micro/contracts'

/** What went from one account to another, in minor units. */
export interface Flow {
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly transactions: number
}

/** What flowed in one currency. */
export interface Flows {
  readonly currency: string
  readonly scale: number
  /** The largest first. */
  readonly flows: readonly Flow[]
  /** What is beyond the largest, of many accounts. */
  readonly rest: Pick<Flow, 'amount' | 'transactions'> | undefined
  /** What both come to. */
  readonly total: bigint
  /** Cards promised something, which moves nothing: it is not among them. */
  readonly hasPromises: boolean
}

/** What pictures call the accounts that Micro keeps, `sys_<name>_<currency>`. */
const names: Readonly<Record<string, string>> = {
  processor_receivable: 'Processor receivable',
  merchant_balance: 'Merchant balance',
  fee_revenue: 'Fees',
  dispute_reserve: 'Dispute reserve',
  payouts_in_transit: 'Payouts in transit',
  authorisations: 'Authorisations',
  authorisations_contra: 'Authorisations (counterpart)',
}

/** The name within the id of one of Micro's accounts; undefined of any other. */
const ownName = (account: string): string | undefined => {
  const [, name = ''] = /^sys_([a-z_]+)_[a-z]{3}$/.exec(account) ?? []
  return name in names ? name : undefined
}

export const accountName = (account: string): string => names[ownName(account) ?? ''] ?? account

/** What it means that money went from one of Micro's accounts to another. */
const meanings: Readonly<Record<string, string>> = {
  'processor_receivable merchant_balance': 'Payments, less fees',
  'processor_receivable fee_revenue': 'Fees of payments',
  'merchant_balance processor_receivable': 'Refunds',
  'merchant_balance payouts_in_transit': 'Payouts',
  'payouts_in_transit processor_receivable': 'Payouts that arrived',
  'payouts_in_transit merchant_balance': 'Payouts that failed or were canceled',
  'processor_receivable payouts_in_transit': 'Payouts sent back',
  'merchant_balance dispute_reserve': 'Disputes',
  'merchant_balance fee_revenue': 'Fees of disputes, and others',
  'dispute_reserve merchant_balance': 'Disputes won',
  'dispute_reserve processor_receivable': 'Disputes lost',
}

export const meaningOf = ({ from, to }: Pick<Flow, 'from' | 'to'>): string | undefined =>
  meanings[`${ownName(from)} ${ownName(to)}`]

const isPromise = ({ from }: LedgerFlow): boolean =>
  from !== null && ['authorisations', 'authorisations_contra'].includes(ownName(from) ?? '')

const sumOf = (rows: readonly Pick<Flow, 'amount'>[]): bigint => rows.reduce((sum, { amount }) => sum + amount, 0n)

const countOf = ({ flows, rest }: Flows): number =>
  [...flows, ...(rest === undefined ? [] : [rest])].reduce((sum, { transactions }) => sum + transactions, 0)

/** What the API tells, currency by currency, that of most transactions first. */
export const flowsOf = (data: readonly LedgerFlow[]): Flows[] =>
  [...Map.groupBy(data, ({ currency }) => currency)]
    .map(([currency, rows]) => {
      const moved = rows
        .filter((row) => !isPromise(row))
        .map(({ from, to, amount_str, transactions }) => ({ from, to, amount: BigInt(amount_str), transactions }))
      return {
        currency,
        scale: rows[0]?.scale ?? 0,
        flows: moved.flatMap(({ from, to, ...flow }) => (from === null || to === null ? [] : [{ from, to, ...flow }])),
        rest: moved.find(({ from }) => from === null),
        total: sumOf(moved),
        hasPromises: rows.some(isPromise),
      }
    })
    .toSorted((a, b) => countOf(b) - countOf(a))

/** Where money comes in, and where it is then: a picture begins with them. */
export const rankOf = (account: string): number =>
  ({ processor_receivable: 0, merchant_balance: 1 })[ownName(account) ?? ''] ?? 2

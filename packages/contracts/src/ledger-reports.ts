import Type, { type Static } from 'typebox'
import { Exact, List, Metadata, Nullable, pageQuery, Text, TimeFilter } from './common.ts'
import {
  AccountId,
  AccountStatus,
  AccountType,
  Currency,
  ExactNumber,
  point,
  pointQuery,
  Scale,
  sides,
} from './ledger-parts.ts'
import { route } from './route.ts'

const balance = {
  balance: ExactNumber,
  balance_str: Type.String({ description: "On the accounts' normal side." }),
}

export const LedgerTotals = Type.Object({
  type: AccountType,
  currency: Type.String(),
  scale: Scale,
  ...sides,
  ...balance,
})
export type LedgerTotals = Static<typeof LedgerTotals>

const TrialBalanceAccount = Type.Object({
  id: Type.String(),
  object: Type.Literal('ledger.trial_balance_account'),
  name: Type.String(),
  type: AccountType,
  currency: Type.String(),
  scale: Scale,
  ...sides,
  ...balance,
})
export type TrialBalanceAccount = Static<typeof TrialBalanceAccount>

export const LedgerTrialBalance = Type.Object({
  object: Type.Literal('ledger.trial_balance'),
  ...point,
  rows: Type.Array(LedgerTotals, { description: 'By currency and type; those without a balance are left out.' }),
  totals: Type.Array(Type.Object({ currency: Type.String(), scale: Scale, ...sides }), {
    description: 'By currency: debits and credits are equal.',
  }),
  accounts: Nullable(List(TrialBalanceAccount), { description: 'A page of accounts by id, when asked for.' }),
  livemode: Type.Boolean(),
})
export type LedgerTrialBalance = Static<typeof LedgerTrialBalance>

export const LedgerAggregate = Type.Object({
  id: Type.String({ description: 'Currency and group: where another page starts.' }),
  object: Type.Literal('ledger.aggregate'),
  group: Nullable(Type.String({ description: 'Null for accounts that do not have the metadata key.' })),
  currency: Type.String(),
  scale: Scale,
  accounts: Type.Integer({ description: 'How many accounts are in it.' }),
  ...sides,
  ...balance,
  net: ExactNumber,
  net_str: Type.String({ description: 'Credits minus debits.' }),
})
export type LedgerAggregate = Static<typeof LedgerAggregate>

export const LedgerAggregates = Type.Object({
  ...List(LedgerAggregate).properties,
  ...point,
})

const Party = (description: string) => Nullable(Type.String(), { description })

export const LedgerFlow = Type.Object({
  object: Type.Literal('ledger.flow'),
  from: Party('What was debited, as it is grouped; null in the row that has what is beyond the largest.'),
  to: Party('What was credited.'),
  currency: Type.String(),
  scale: Scale,
  amount: ExactNumber,
  amount_str: Type.String({ description: 'What went from the one to the other.' }),
  transactions: Type.Integer({ description: 'How many transactions moved it.' }),
})
export type LedgerFlow = Static<typeof LedgerFlow>

export const LedgerFlows = Type.Object({
  object: Type.Literal('ledger.flows'),
  from_seq: Type.Integer({ description: 'The first transaction of the period.' }),
  to_seq: Type.Integer({ description: 'The last one; less than from_seq when there was none.' }),
  data: Type.Array(LedgerFlow, { description: 'By currency, the largest first.' }),
  totals: Type.Array(
    Type.Object({ currency: Type.String(), scale: Scale, amount: ExactNumber, amount_str: Type.String() }),
    { description: 'By currency: what all rows come to.' },
  ),
  livemode: Type.Boolean(),
})
export type LedgerFlows = Static<typeof LedgerFlows>

export const reportRoutes = {
  aggregateLedgerFlows: route({
    method: 'GET',
    path: '/ledger/flows',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary:
      'Where money went: what was posted in a period, summed from what was debited to what was credited, by currency.',
    query: Exact({
      recorded: Type.Optional(TimeFilter),
      currency: Type.Optional(Currency),
      group_by: Type.Optional(
        Type.Union([Type.Literal('account'), Type.Literal('type')], {
          description: 'Default: account. What moves within one group is left out.',
        }),
      ),
      limit: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 100,
          default: 50,
          description: 'Rows of each currency; what is beyond the largest is one row more, of neither side.',
        }),
      ),
    }),
    response: LedgerFlows,
    faults: ['report_too_large', 'ledger_busy'],
  }),
  retrieveLedgerTrialBalance: route({
    method: 'GET',
    path: '/ledger/trial_balance',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'Debits and credits by currency and account type, now or at any point; with accounts=true each account.',
    query: Exact({
      ...pageQuery,
      ...pointQuery,
      currency: Type.Optional(Currency),
      accounts: Type.Optional(Type.Boolean({ description: 'List the accounts too, a page of them by id.' })),
    }),
    response: LedgerTrialBalance,
    faults: ['report_too_large', 'ledger_busy'],
  }),
  aggregateLedgerBalances: route({
    method: 'GET',
    path: '/ledger/aggregate',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary:
      'Sums of balances by type, currency, beginning of the account id or metadata, now or at any point; filters as for accounts.',
    query: Exact({
      limit: pageQuery.limit,
      // The id of a group, which holds a metadata value.
      starting_after: Type.Optional(Text(600, 1)),
      ending_before: Type.Optional(Text(600, 1)),
      ...pointQuery,
      group_by: Type.Optional(
        Type.Union([Type.Literal('type'), Type.Literal('currency'), Type.Literal('prefix'), Type.Literal('metadata')], {
          description: 'Always by currency too. Default: type.',
        }),
      ),
      segments: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 16,
          description: 'With prefix: how many segments of the id, which end at : . or _ (default 1).',
        }),
      ),
      metadata_key: Type.Optional(Text(40, 1)),
      type: Type.Optional(AccountType),
      currency: Type.Optional(Currency),
      status: Type.Optional(AccountStatus),
      id_prefix: Type.Optional(AccountId),
      metadata: Type.Optional(Metadata),
    }),
    response: LedgerAggregates,
    faults: ['report_too_large', 'ledger_busy'],
  }),
} as const

import Type, { type Static } from 'typebox'
import { Exact, IdParam, Nullable, pageQuery, momentsMax, TimeFilter, Timestamp } from './common.ts'
import { Direction, ExactNumber, point, pointQuery, Scale, secondsMax } from './ledger-parts.ts'
import { Layer } from './ledger-transactions.ts'
import { route } from './route.ts'

const ofAccount = {
  account_id: Type.String(),
  currency: Type.String(),
  scale: Scale,
  normal_balance: Direction,
}

export const LedgerBalance = Type.Object({
  object: Type.Literal('ledger.balance'),
  ...ofAccount,
  balance: ExactNumber,
  balance_str: Type.String({ description: 'On the normal side: an asset debited 100 shows 100.' }),
  net: ExactNumber,
  net_str: Type.String({ description: 'Credits minus debits.' }),
  pending: ExactNumber,
  pending_str: Nullable(
    Type.String({
      description: 'What capturing all that was held then would add to the balance; null at an effective date.',
    }),
  ),
  ...point,
  livemode: Type.Boolean(),
})
export type LedgerBalance = Static<typeof LedgerBalance>

export const LedgerBalanceSeries = Type.Object({
  object: Type.Literal('ledger.balance_series'),
  ...ofAccount,
  data: Type.Array(
    Type.Object({
      at: Type.Integer({ description: 'The moment asked for.' }),
      balance: ExactNumber,
      balance_str: Type.String({ description: 'On the normal side.' }),
      seq: Type.Integer({ description: 'What was recorded up to this transaction is in it.' }),
    }),
    { description: 'In the order in which the moments were asked for.' },
  ),
  livemode: Type.Boolean(),
})
export type LedgerBalanceSeries = Static<typeof LedgerBalanceSeries>

export const LedgerStatementLine = Type.Object({
  id: Type.String({ description: 'Of the entry.' }),
  object: Type.Literal('ledger.statement_line'),
  transaction_id: Type.String(),
  reference_id: Type.String(),
  description: Nullable(Type.String()),
  amount: ExactNumber,
  amount_str: Type.String({ description: 'Signed: credit +, debit −.' }),
  direction: Direction,
  value_str: Type.String({ description: 'Unsigned.' }),
  balance_after: ExactNumber,
  balance_after_str: Type.String({
    description: "The account's balance after this line, in the order of the statement, on its normal side.",
  }),
  seq: Type.Integer(),
  effective_at: Type.Integer({ description: 'When it took effect, in seconds since the Unix epoch.' }),
  booked_at: Nullable(
    Type.Integer({ description: 'When it counts, where its period was closed before it came; else null.' }),
  ),
  created: Timestamp,
})
export type LedgerStatementLine = Static<typeof LedgerStatementLine>

export const LedgerStatement = Type.Object({
  object: Type.Literal('ledger.statement'),
  url: Type.String(),
  ...ofAccount,
  layer: Layer,
  order: Type.Union([Type.Literal('recorded'), Type.Literal('effective')], {
    description: 'Whether lines come as they were recorded or as they took effect.',
  }),
  opening_balance: ExactNumber,
  opening_balance_str: Type.String({ description: 'Before the first line of the whole range, on the normal side.' }),
  closing_balance: ExactNumber,
  closing_balance_str: Type.String({ description: 'After the last line of the whole range, on the normal side.' }),
  seq: Type.Integer({
    description: 'What was recorded up to this transaction is in it. Pass it on to look at other pages of the same.',
  }),
  has_more: Type.Boolean(),
  data: Type.Array(LedgerStatementLine),
  livemode: Type.Boolean(),
})
export type LedgerStatement = Static<typeof LedgerStatement>

export const statementRoutes = {
  retrieveLedgerBalance: route({
    method: 'GET',
    path: '/ledger/accounts/:id/balance',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: "An account's balance now, at a seq, at an instant, at an effective date, or at one as known at another.",
    params: IdParam,
    query: Exact(pointQuery),
    response: LedgerBalance,
    faults: ['resource_missing'],
  }),
  listLedgerBalances: route({
    method: 'GET',
    path: '/ledger/accounts/:id/balances',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: "An account's balance at each of up to 100 moments, as recorded by then or by what took effect by then.",
    params: IdParam,
    query: Exact({
      at: Type.Array(Type.Integer({ minimum: 0, maximum: secondsMax }), {
        minItems: 1,
        maxItems: momentsMax,
        description:
          'The ends of these seconds. As recorded, each costs a few look-ups, however much was recorded; by effect, all that took effect at another time than it was recorded is read besides, once for all of them.',
      }),
      by: Type.Optional(
        Type.Union([Type.Literal('recorded'), Type.Literal('effective')], {
          default: 'recorded',
          description: 'What was recorded by then, or what took effect by then.',
        }),
      ),
    }),
    response: LedgerBalanceSeries,
    faults: ['resource_missing', 'report_too_large', 'ledger_busy'],
  }),
  retrieveLedgerStatement: route({
    method: 'GET',
    path: '/ledger/accounts/:id/statement',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary:
      "An account's entries, oldest first, with opening, running and closing balance. Bounded by created they come as recorded, by effective_at as they took effect.",
    params: IdParam,
    query: Exact({
      ...pageQuery,
      created: Type.Optional(TimeFilter),
      effective_at: Type.Optional(TimeFilter),
      seq: pointQuery.seq,
      layer: Type.Optional(Layer),
      from_end: Type.Optional(
        Type.Boolean({
          description:
            'True: without starting_after and ending_before, the last lines of the range rather than the first; still oldest first.',
        }),
      ),
    }),
    response: LedgerStatement,
    faults: ['resource_missing', 'parameter_resource_missing'],
  }),
} as const

import Type, { type Static } from 'typebox'
import { AnyId, Exact, IdParam, List, listQuery, Nullable, Text, Timestamp } from './common.ts'
import { secondsMax } from './ledger-parts.ts'
import { route } from './route.ts'

/** Everything that can be found, and what to do about it. */
export const differenceKinds = {
  missing_at_processor:
    'The processor does not tell of this movement. Look it up at the processor by its id: until it is there, that money is not.',
  missing_here: 'The processor moved money that nothing here stands for. Find out who asked for it.',
  duplicate_at_processor: 'The processor tells of this movement more than once. Claim back what moved twice.',
  amount_differs: 'The processor moved another amount than is recorded here. Ask which is right.',
  currency_differs: 'The processor moved another currency than is recorded here. Ask which is right.',
  status_differs:
    'The processor moved money of something that is not paid here. Ask whether it did, and give it back or record it.',
  late: 'Not told by both sides yet, and not due yet either. Nothing to do: the next reconciliation looks again.',
  not_posted:
    'A movement is not in the ledger, and should be. Posting is tried again by itself; look at what the ledger answers.',
  ledger_differs: 'The ledger has this movement with other amounts. Verify the ledger, and tell its operator.',
  ledger_unknown:
    'The ledger has a transaction of Micro without a movement. Payments were restored from an older backup, or somebody wrote there.',
  balance_differs:
    'The sum of all balance transactions is not what the ledger has. The other differences say where, or verify the ledger.',
} as const
export type DifferenceKind = keyof typeof differenceKinds

const kinds = Object.keys(differenceKinds) as DifferenceKind[]
export const ReconciliationDifferenceKind = Type.Union(kinds.map((kind) => Type.Literal(kind)))

export const Reconciliation = Type.Object({
  id: Type.String(),
  object: Type.Literal('reconciliation'),
  status: Type.Union(
    [Type.Literal('running'), Type.Literal('clean'), Type.Literal('different'), Type.Literal('failed')],
    { description: 'different: there are differences that are not merely late. failed: it could not be done.' },
  ),
  automatic: Type.Boolean({ description: 'True when Micro made it by itself.' }),
  since: Nullable(Timestamp),
  until: Timestamp,
  movements: Type.Integer({ description: 'Movements of money looked at so far.' }),
  settlement_lines: Type.Integer({ description: 'Lines of the processor looked at so far.' }),
  ledger_transactions: Type.Integer({ description: 'Transactions of the ledger looked at so far.' }),
  differences: Type.Record(Type.String(), Type.Integer(), {
    description: 'How many of each kind were found; a kind that was not is left out.',
  }),
  balances_compared: Nullable(
    Type.Boolean({ description: 'false: too much moved meanwhile to compare the balances; the next one tries again.' }),
  ),
  livemode: Type.Boolean(),
  created: Timestamp,
  finished: Nullable(Timestamp),
})
export type Reconciliation = Static<typeof Reconciliation>

export const ReconciliationDifference = Type.Object({
  id: Type.String(),
  object: Type.Literal('reconciliation.difference'),
  reconciliation: Type.String(),
  kind: Type.Unsafe<DifferenceKind>(ReconciliationDifferenceKind),
  subject: Nullable(Type.String({ description: 'The charge, refund, dispute or payout it is about.' })),
  charge: Nullable(Type.String()),
  balance_transaction: Nullable(Type.String({ description: 'The movement here.' })),
  processor_id: Nullable(Type.String({ description: "The processor's name of it." })),
  reference_id: Nullable(Type.String({ description: "The ledger's reference." })),
  currency: Nullable(Type.String()),
  amount_here_str: Nullable(Type.String({ description: 'In minor units; negative when it leaves.' })),
  amount_there_str: Nullable(Type.String({ description: 'What the processor, or the ledger, has instead.' })),
  detail: Nullable(Type.String()),
  since: Timestamp,
  age_seconds: Type.Integer({ description: 'How old what differs was, when the reconciliation began.' }),
  action: Type.String({ description: 'What to do about it.' }),
  livemode: Type.Boolean(),
  created: Timestamp,
})
export type ReconciliationDifference = Static<typeof ReconciliationDifference>

const common = { service: 'payments', access: ['secret_key'] } as const

/** Micro's own: Stripe keeps its books alone. */
export const reconciliationsApi = {
  createReconciliation: route({
    ...common,
    method: 'POST',
    path: '/payments/reconciliations',
    scope: 'payments:write',
    idempotent: true,
    status: 201,
    summary:
      'Compare payments, what the processor settled, and the ledger. It runs in the background: retrieve it until it has ended.',
    body: Exact({
      since: Type.Optional(
        Type.Integer({ minimum: 0, maximum: secondsMax, description: 'Only what began then or later; default: all.' }),
      ),
      until: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: secondsMax,
          description: 'Only what began earlier than then; default: now.',
        }),
      ),
    }),
    response: Reconciliation,
    faults: ['reconciliation_running'],
  }),
  listReconciliations: route({
    ...common,
    method: 'GET',
    path: '/payments/reconciliations',
    scope: 'payments:read',
    status: 200,
    summary: 'List reconciliations, newest first.',
    query: Exact(listQuery),
    response: List(Reconciliation),
    faults: ['parameter_resource_missing'],
  }),
  retrieveReconciliation: route({
    ...common,
    method: 'GET',
    path: '/payments/reconciliations/:id',
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a reconciliation: how far it is, or what it found.',
    params: IdParam,
    response: Reconciliation,
    faults: ['resource_missing'],
  }),
  listReconciliationDifferences: route({
    ...common,
    method: 'GET',
    path: '/payments/reconciliations/:id/differences',
    scope: 'payments:read',
    status: 200,
    summary: 'List the differences that a reconciliation found. Up to 10,000 are kept; its counts are of all.',
    params: IdParam,
    query: Exact({ ...listQuery, kind: Type.Optional(Text(40, 1)), subject: Type.Optional(AnyId) }),
    response: List(ReconciliationDifference),
    faults: ['resource_missing', 'parameter_resource_missing'],
  }),
} as const

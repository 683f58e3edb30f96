/** Many ledger transactions in one request. */
import Type, { type Static } from 'typebox'
import { Exact, LongList } from './common.ts'
import { LedgerTransaction, newTransaction } from './ledger-transactions.ts'
import { route } from './route.ts'

export const BulkTransaction = Exact({
  ...newTransaction,
  group: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Transactions that name the same group are recorded all or not at all, at the place of the first.',
    }),
  ),
})
export type BulkTransaction = Static<typeof BulkTransaction>

const BulkStatus = Type.Union(
  [
    Type.Literal('recorded'),
    Type.Literal('exists'),
    Type.Literal('refused'),
    Type.Literal('not_recorded'),
    Type.Literal('failed'),
  ],
  {
    description:
      'exists: was recorded before. refused: see error; sending it again unchanged is refused again. not_recorded: another of its group was refused. failed: send it again; it may be recorded, and then exists.',
  },
)

const BulkResult = Type.Object({
  index: Type.Integer({ description: 'Which of the transactions, from 0.' }),
  line: Type.Optional(Type.Integer({ description: 'Of an NDJSON body: its line, from 1.' })),
  status: BulkStatus,
  reference_id: Type.Optional(Type.String()),
  id: Type.Optional(Type.String({ description: 'Of the transaction that is recorded.' })),
  seq: Type.Optional(Type.Integer()),
  because_of: Type.Optional(Type.Integer({ description: 'Of not_recorded: the index of the one that was refused.' })),
  error: Type.Optional(
    Type.Object(
      {
        type: Type.String(),
        code: Type.Optional(Type.String()),
        message: Type.String(),
        param: Type.Optional(Type.String()),
      },
      { additionalProperties: true, description: 'As in the answer to a single request.' },
    ),
  ),
  transaction: Type.Optional(LedgerTransaction),
})
export type BulkResult = Static<typeof BulkResult>

export const LedgerBulk = Type.Object({
  object: Type.Literal('ledger.bulk'),
  atomic: Type.Boolean(),
  counts: Type.Object({
    recorded: Type.Integer(),
    exists: Type.Integer(),
    refused: Type.Integer(),
    not_recorded: Type.Integer(),
    failed: Type.Integer(),
  }),
  livemode: Type.Boolean(),
  results: LongList(BulkResult),
})
export type LedgerBulk = Static<typeof LedgerBulk>

const bulkOptions = {
  atomic: Type.Optional(
    Type.Boolean({
      description:
        'True: all are recorded or none, and what is wrong with the first one that cannot be is the answer. False (the default): each by itself.',
    }),
  ),
  results: Type.Optional(
    Type.Union([Type.Literal('full'), Type.Literal('summary')], {
      description: 'summary: leaves the recorded transactions out of the results. Default: full.',
    }),
  ),
}

export const bulkRoutes = {
  recordLedgerTransactions: route({
    method: 'POST',
    path: '/ledger/transactions/bulk',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 200,
    summary:
      'Record up to 8,000 transactions, each on what those before it left, by itself or all or none. Sent again, what is recorded answers exists. With 40,000 entries in all at most. Also takes NDJSON, one transaction a line.',
    query: Exact(bulkOptions),
    body: Exact({
      transactions: LongList(BulkTransaction, { minItems: 1, maxItems: 8000 }),
      ...bulkOptions,
    }),
    bodyBytesMax: 8 * 1024 * 1024,
    response: LedgerBulk,
    faults: [
      'body_too_large',
      'ledger_busy',
      'reference_conflict',
      'transaction_unbalanced',
      'resource_missing',
      'insufficient_funds',
      'limit_exceeded',
      'condition_failed',
      'version_conflict',
    ],
  }),
} as const

/** Ledger transactions, as they are asked for and as they are recorded. */
import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, Metadata, Nullable, pageQuery, Text, TimeFilter, Timestamp } from './common.ts'
import { AccountId, Amount, Direction, ExactNumber, Reference, secondsMax } from './ledger-parts.ts'
import { route } from './route.ts'

/** Holds lie on `pending` until they are captured or given back. */
export const Layer = Type.Union([Type.Literal('posted'), Type.Literal('pending')])
export type Layer = Static<typeof Layer>

export const TransactionKind = Type.Union([
  Type.Literal('post'),
  Type.Literal('hold'),
  Type.Literal('capture'),
  Type.Literal('release'),
  Type.Literal('expire'),
  Type.Literal('reversal'),
])
export type TransactionKind = Static<typeof TransactionKind>

export const HoldStatus = Type.Union([
  Type.Literal('open'),
  Type.Literal('captured'),
  Type.Literal('released'),
  Type.Literal('expired'),
])
export type HoldStatus = Static<typeof HoldStatus>

export const LedgerEntry = Type.Object({
  id: Type.String(),
  account_id: Type.String(),
  currency: Type.String(),
  amount: ExactNumber,
  amount_str: Type.String({ description: 'Signed: credit +, debit −.' }),
  direction: Direction,
  value_str: Type.String({ description: 'Unsigned.' }),
  layer: Layer,
  balance_after: ExactNumber,
  balance_after_str: Type.String({
    description: "The account's balance on the entry's layer after this entry, on its normal side.",
  }),
})

export const LedgerTransaction = Type.Object({
  id: Type.String(),
  object: Type.Literal('ledger.transaction'),
  kind: TransactionKind,
  hold: Nullable(Type.String({ description: 'The hold it made, captures or gives back.' })),
  reverses: Nullable(Type.String({ description: 'The transaction that it is the opposite of.' })),
  reversed_by: Nullable(Type.String({ description: 'The transaction that is its opposite.' })),
  reference_id: Type.String(),
  description: Nullable(Type.String()),
  currency: Nullable(Type.String({ description: 'Null when the entries are in several currencies.' })),
  entries: Type.Array(LedgerEntry),
  status: Type.Union([Type.Literal('recorded'), Type.Literal('dry_run')], {
    description: 'dry_run: nothing was recorded, this is what would have been.',
  }),
  seq: Type.Integer({ description: "Position in the merchant's book, from 1, without gaps." }),
  hash: Type.String({ description: "SHA-256 over this transaction and the hash before it in the merchant's book." }),
  metadata: Metadata,
  erased: Nullable(Type.Object({ at: Timestamp, reason: Type.String() }), {
    description: 'When and why description and metadata were erased; null when they were not.',
  }),
  livemode: Type.Boolean(),
  effective_at: Type.Integer({ description: 'When it took effect, in seconds since the Unix epoch.' }),
  booked_at: Nullable(
    Type.Integer({
      description:
        "When it counts, where its period was closed before it came: that happens to Micro's own transactions alone. Null: when it took effect.",
    }),
  ),
  created: Timestamp,
})
export type LedgerTransaction = Static<typeof LedgerTransaction>

const EntryCondition = Exact({
  available: Type.Optional(
    Exact(
      { gte: Type.Optional(Amount), lte: Type.Optional(Amount) },
      { description: 'Bounds of what the account has available after the transaction, on its normal side.' },
    ),
  ),
  version: Type.Optional(
    Type.Integer({ minimum: 0, description: 'How many entries the account has before the transaction.' }),
  ),
})
export type EntryCondition = Static<typeof EntryCondition>

export const NewEntry = Exact({
  account_id: AccountId,
  amount: Amount,
  direction: Type.Optional(Direction),
  condition: Type.Optional(EntryCondition),
})
export type NewEntry = Static<typeof NewEntry>

/** The members of a transaction to be recorded. */
export const newTransaction = {
  reference_id: Reference,
  description: Type.Optional(Text(1000)),
  entries: Type.Array(NewEntry, { minItems: 1, maxItems: 1000 }),
  metadata: Type.Optional(Metadata),
  effective_at: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: secondsMax,
      description: 'When it took or takes effect, in seconds since the Unix epoch, up to the year 9999. Default: now.',
    }),
  ),
}

/** Of what follows on another transaction: what it is called has a default, so that a repeat is known as one. */
export const optionalWords = {
  reference_id: Type.Optional(Reference),
  description: Type.Optional(Text(1000)),
  metadata: Type.Optional(Metadata),
}

export const referenceFaults = ['reference_reserved', 'reference_conflict'] as const

/** What can be wrong with the entries and words of anything that is recorded. */
export const newTransactionFaults = [
  'entries_too_few',
  'entry_zero',
  'sign_direction_conflict',
  'transaction_unbalanced',
  'currency_mismatch',
  'resource_missing',
  'account_reserved',
  'account_frozen',
  'account_closed',
  'insufficient_funds',
  'limit_exceeded',
  ...referenceFaults,
  'sum_out_of_range',
  'condition_failed',
  'version_conflict',
] as const

export const dryRun = Type.Optional(
  Type.Boolean({ description: 'Check everything and answer what would be recorded (200), but record nothing.' }),
)

export const transactionRoutes = {
  recordLedgerTransaction: route({
    method: 'POST',
    path: '/ledger/transactions',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary: 'Record a balanced transaction. The same reference_id with the same content again answers 200.',
    body: Exact({ ...newTransaction, dry_run: dryRun }),
    response: LedgerTransaction,
    faults: [...newTransactionFaults, 'period_closed'],
  }),
  retrieveLedgerTransaction: route({
    method: 'GET',
    path: '/ledger/transactions/:id',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'Retrieve a ledger transaction.',
    params: IdParam,
    response: LedgerTransaction,
    faults: ['resource_missing'],
  }),
  listLedgerTransactions: route({
    method: 'GET',
    path: '/ledger/transactions',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'List ledger transactions, newest first; filter by reference_id, account_id and created.',
    query: Exact({
      ...pageQuery,
      reference_id: Type.Optional(Reference),
      account_id: Type.Optional(AccountId),
      created: Type.Optional(TimeFilter),
    }),
    response: List(LedgerTransaction),
  }),
  reverseLedgerTransaction: route({
    method: 'POST',
    path: '/ledger/transactions/:id/reverse',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary: 'Post the opposite of a transaction, once. The same request again answers 200 with what it recorded.',
    params: IdParam,
    body: Exact({ ...optionalWords, effective_at: newTransaction.effective_at }),
    response: LedgerTransaction,
    faults: [
      'resource_missing',
      'transaction_not_reversible',
      'transaction_already_reversed',
      'account_frozen',
      'account_closed',
      'insufficient_funds',
      'limit_exceeded',
      'sum_out_of_range',
      'period_closed',
      ...referenceFaults,
    ],
  }),
  eraseLedgerTransaction: route({
    method: 'POST',
    path: '/ledger/transactions/:id/erase',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 200,
    summary: 'Erase description and metadata for good; all else, and the chain, stays. The same again changes nothing.',
    params: IdParam,
    body: Exact({ reason: Text(500, 1, { description: 'Why, for the record. Name nobody in it: it stays.' }) }),
    response: LedgerTransaction,
    faults: ['resource_missing', 'reference_reserved'],
  }),
} as const
